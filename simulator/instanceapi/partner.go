package instanceapi

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	partnerTimes = "2006-01-02T15:04:05" // as in the vendor's samples
	partnerMonth = 30 * 24 * time.Hour
)

// partner answers for the partner, whose refusals come with 200 (https://green-api.com/en/docs/partners).
func (s *Server) partner(c *call) answer {
	switch {
	case subtle.ConstantTimeCompare([]byte(c.token), []byte(s.opts.PartnerToken)) == 1:
	case s.opts.PartnerErrors:
		return s.bad("bad request data")
	default:
		return partnerRefusal(http.StatusUnauthorized, "Unauthorized")
	}
	if !strings.EqualFold(c.name, "getInstances") || c.verb != http.MethodGet {
		return partnerRefusal(http.StatusNotFound, "Not found")
	}
	list := []map[string]any{}
	for _, id := range s.order {
		in := s.instances[id]
		in.catchUp(c.now)
		if !in.unlisted {
			list = append(list, s.partnerEntry(in, c.now))
		}
	}
	return ok(list)
}

func partnerRefusal(code int, words string) answer {
	return ok(map[string]any{"code": code, "description": words})
}

// partnerEntry names neither host nor state (https://green-api.com/en/docs/partners/getInstances).
func (s *Server) partnerEntry(in *instance, now time.Time) map[string]any {
	form := func(t time.Time) string {
		return t.In(time.FixedZone("", 3*60*60)).Format(cmp.Or(s.opts.PartnerTimes, partnerTimes))
	}
	removed := partnerNever
	if in.account == Deleted {
		removed = form(in.deleted)
	}
	expires, tariff := in.Expires, "BUSINESS"
	if expires.IsZero() { // the plan "Partner" is renewed by itself
		tariff = "PARTNER"
		expires = in.added.Add((now.Sub(in.added)/partnerMonth + 1) * partnerMonth)
	}
	return map[string]any{
		"idInstance": json.Number(in.ID), "name": in.Name, "typeInstance": in.Line, "messenger": in.Line,
		"typeAccount": "", "partnerUserUiid": "", "timeCreated": form(in.added), "timeDeleted": removed,
		"apiTokenInstance": string(in.Token), "deleted": in.account == Deleted, "tariff": tariff, "isFree": false,
		"isPartner": in.Expires.IsZero(), "expirationDate": form(expires), "isExpired": in.account == Expired,
	}
}

const partnerNever = "0001-01-01T00:00:00" // timeDeleted of an instance that is there

// SetExpires sets when the paid time of an instance ends, which makes it Active again if that is to come; zero: it is
// renewed for ever.
func (s *Server) SetExpires(id string, at time.Time) error {
	return s.alter(id, func(in *instance, now time.Time) {
		in.Expires = at
		if in.account == Expired && (at.IsZero() || at.After(now)) {
			in.account = Active
		}
	})
}

// SetListed takes an instance out of the partner's list, as if it had never been, or puts it back.
func (s *Server) SetListed(id string, listed bool) error {
	return s.alter(id, func(in *instance, _ time.Time) { in.unlisted = !listed })
}

// SetToken replaces the token of an instance, as its owner does: the old one is refused at once. It fails as Add does.
func (s *Server) SetToken(id string, token Secret) error {
	if err := checkToken(id, token); err != nil {
		return err
	}
	return s.alter(id, func(in *instance, _ time.Time) { in.Token = token })
}
