package greenapi

import (
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// PartnerInstance is an instance as the partner's list has it. The list names no apiUrl and no state.
type PartnerInstance struct {
	ID      monitor.InstanceID
	Name    string      // at most 64 characters, all printable; may be empty
	Type    string      // whatsapp, telegram or v3; may be empty
	Token   secret.Text // apiTokenInstance as listed, unchecked
	Created time.Time   // zero: not said
	Deleted bool
	Expired bool
	Expires time.Time // when the paid time ends; zero: not said
	Renews  bool      // of the plan "Partner", which is renewed by itself
}

// partnerEntry is an element of the list. Members of a wrong type are as good as missing.
type partnerEntry struct {
	ID        digits `json:"idInstance"`
	Name      string `json:"name"`
	Type      string `json:"typeInstance"`
	Messenger string `json:"messenger"`
	Token     string `json:"apiTokenInstance"`
	Created   moment `json:"timeCreated"`
	Expires   moment `json:"expirationDate"`
	Deleted   truth  `json:"deleted"`
	Expired   truth  `json:"isExpired"`
	Renews    truth  `json:"isPartner"`
}

func (e partnerEntry) instance(at instance) (PartnerInstance, bool) {
	id, err := monitor.ParseInstanceID(e.ID.text)
	if err != nil || e.ID.broken {
		return PartnerInstance{}, false
	}
	name := at.hide(e.Name, at.token.Reveal())
	if e.Token != "" {
		name = at.hide(name, e.Token)
	}
	kind := e.Type
	if kind == "" {
		kind = e.Messenger
	}
	return PartnerInstance{
		ID: id, Name: shown(name), Type: at.word(strings.ToLower(kind)), Token: secret.New(e.Token),
		Created: time.Time(e.Created), Deleted: bool(e.Deleted), Expired: bool(e.Expired), Expires: time.Time(e.Expires),
		Renews: bool(e.Renews),
	}, true
}

// truth is a member that is true only where it clearly says so.
type truth bool

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(value []byte) error {
	word := strings.ToLower(strings.Trim(string(value), `"`))
	*t = word == "true" || word == "yes" || word == "1"
	return nil
}

// moment is a time in any of the forms that the vendor's samples and clients show; the zero time if it is none of them.
type moment time.Time

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(value []byte) error {
	var word digits
	_ = word.UnmarshalJSON(value) // never fails
	*m = moment{}
	if at, ok := word.moment(); ok {
		*m = moment(at)
		return nil
	}
	// The vendor's day begins at 00:00 UTC+3 (https://green-api.com/en/docs/partners), so a time without zone is taken
	// for one there.
	zone := time.FixedZone("", 3*60*60)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, word.text, zone); err == nil {
			if at.Year() > 1 { // 0001-01-01 stands for none
				*m = moment(at)
			}
			return nil
		}
	}
	return nil
}
