package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// PartnerInstance is an instance as the partner's list has it. The list names no host.
type PartnerInstance struct {
	ID      monitor.InstanceID
	Name    string
	Type    string      // whatsapp, telegram or v3, which is MAX; may be empty
	Token   secret.Text // apiTokenInstance as listed, unchecked
	Deleted bool
	Expires time.Time // when the paid time ends; zero: not said, or it renews itself
}

// entries are the partner's list as one look found it.
type entries struct {
	*list                                // those that are there, as far as they can be asked
	listed []monitor.InstanceID          // all that are there, by id
	paid   []monitor.Paid                // until when
	names  map[monitor.InstanceID]string // of all, also of those that are deleted
	tokens int                           // how many cannot be asked, as their token is none
}

// read takes a list apart. Of an instance without a usable token the old credential holds, if there is one.
func (p *Partner) read(found []PartnerInstance) entries {
	e := entries{list: &list{}, names: make(map[monitor.InstanceID]string, len(found))}
	seen := make(map[monitor.InstanceID]bool, len(found))
	for _, i := range found {
		if checkLabel(i.Name) != "" {
			i.Name = ""
		}
		e.names[i.ID] = i.Name
		if i.Deleted || seen[i.ID] {
			continue
		}
		seen[i.ID] = true
		e.listed = append(e.listed, i.ID)
		if !i.Expires.IsZero() {
			e.paid = append(e.paid, monitor.Paid{Instance: p.named(i), Until: i.Expires})
		}
		c := Credential{ID: i.ID, Token: i.Token, URL: partnerURL(p.Fleet.sources.URL, i.Type)}
		if !validToken(i.Token.Reveal()) {
			old, known := p.held[i.ID]
			if !known {
				e.tokens++
				continue
			}
			c = old.credential
		}
		e.add(monitor.Instance{ID: i.ID, Name: i.Name, Pool: i.ID.Pool(), Priority: monitor.PriorityNight}, c)
	}
	e.listed = sorted(e.listed)
	sortInstances(e.instances)
	return e
}

func sorted(ids []monitor.InstanceID) []monitor.InstanceID {
	return slices.SortedFunc(slices.Values(ids), compareIDs)
}

// Join adds a partner's list as it is, for those who ask once and follow nothing. It gives the credentials of all.
func (f *Fleet) Join(found []PartnerInstance) []Credential {
	reader := Partner{PartnerOptions: PartnerOptions{KeeperOptions: KeeperOptions{Fleet: f}}}
	e := reader.read(found)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parts.partner = e.list
	f.take(f.parts.whole())
	return f.now.Load().credentials
}

// named is what an instance is called: by the settings, where they name it.
func (p *Partner) named(i PartnerInstance) monitor.Instance {
	if known, ok := p.Fleet.Instance(i.ID); ok && known.Name != "" {
		return monitor.Instance{ID: i.ID, Name: known.Name}
	}
	return monitor.Instance{ID: i.ID, Name: i.Name}
}

func (l *list) add(i monitor.Instance, c Credential) {
	l.instances = append(l.instances, i)
	l.credentials = append(l.credentials, c)
}

// partnerURL is the address of an instance of which only the messenger is known: the usual one, which for MAX ends with
// /v3 (https://green-api.com/v3/docs/api/account/GetStateInstance/). That a host's name begins with the id's first
// digits is promised nowhere.
func partnerURL(usual, messenger string) string {
	usual = strings.TrimRight(usual, "/")
	switch messenger {
	case "":
		return usual
	case "v3":
		return strings.TrimSuffix(usual, "/v3") + "/v3"
	default:
		return strings.TrimSuffix(usual, "/v3")
	}
}

// ofPartner is what the version of a partner's list begins with, and none of a file does.
const ofPartner = "p"

// goneVersion names the instances that are gone; empty: none is.
func goneVersion(gone []monitor.Instance) string {
	if len(gone) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, i := range gone {
		sum.Write([]byte(i.ID + "\n"))
	}
	return ofPartner + hex.EncodeToString(sum.Sum(nil)[:8])
}

// IsPartners reports whether a question's version is one of a partner's list, not of a file.
func IsPartners(version string) bool { return strings.HasPrefix(version, ofPartner) }
