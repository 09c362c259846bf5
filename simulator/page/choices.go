package page

import (
	"cmp"
	"slices"

	"greenwatch/simulator/instanceapi"
)

// unknownWord is a state that GREEN-API does not document.
const unknownWord instanceapi.State = "somethingNew"

// choice is what the visitor can make of an instance.
type choice struct {
	key, label string
	make       func(s *instanceapi.Server, id string) error
}

func choices() []choice {
	word := func(st instanceapi.State, label string) choice {
		return choice{string(st), cmp.Or(label, string(st)), func(s *instanceapi.Server, id string) error { return s.Set(id, st) }}
	}
	account := func(a instanceapi.Account, label string) choice {
		return choice{a.String(), label, func(s *instanceapi.Server, id string) error { return s.SetAccount(id, a) }}
	}
	return []choice{
		word(instanceapi.Authorized, ""),
		word(instanceapi.NotAuthorized, ""),
		{"falseLogout", "notAuthorized, cured by a reboot", (*instanceapi.Server).FalseLogout},
		word(instanceapi.Blocked, ""),
		word(instanceapi.Suspended, ""),
		word(instanceapi.YellowCard, ""),
		word(instanceapi.Starting, "starting, until a reboot"),
		{"stuck", "starting, whatever is done", (*instanceapi.Server).StickStarting},
		word(instanceapi.Creating, ""),
		word(unknownWord, "an unknown word"),
		account(instanceapi.Expired, "expired (unpaid)"),
		account(instanceapi.Deleted, "deleted"),
	}
}

// choose makes of an instance what key names. Whatever is no kind of account makes it an active one.
func choose(s *instanceapi.Server, id, key string) (found bool, err error) {
	all := choices()
	i := slices.IndexFunc(all, func(c choice) bool { return c.key == key })
	if i < 0 {
		return false, nil
	}
	if err := all[i].make(s, id); err != nil {
		return true, err
	}
	if key == instanceapi.Expired.String() || key == instanceapi.Deleted.String() {
		return true, nil
	}
	return true, s.SetAccount(id, instanceapi.Active)
}
