package page

import (
	"slices"

	"greenwatch/simulator/instanceapi"
)

// unknownWord is a state that GREEN-API does not document.
const unknownWord instanceapi.State = "somethingNew"

// choice is what the visitor can make of an instance.
type choice struct {
	key   string
	label Text
	make  func(s *instanceapi.Server, id string) error
}

func choices() []choice {
	state := func(st instanceapi.State, label Text) choice {
		if label == (Text{}) {
			label = word(string(st))
		}
		return choice{string(st), label, func(s *instanceapi.Server, id string) error { return s.Set(id, st) }}
	}
	account := func(a instanceapi.Account, label Text) choice {
		return choice{a.String(), label, func(s *instanceapi.Server, id string) error { return s.SetAccount(id, a) }}
	}
	return []choice{
		state(instanceapi.Authorized, Text{}),
		{"falseLogout", Text{"false logout", "ложный выход"}, (*instanceapi.Server).FalseLogout},
		state(instanceapi.NotAuthorized, Text{}),
		state(instanceapi.Blocked, Text{}),
		state(instanceapi.Suspended, Text{}),
		{"campaign", Text{"suspended, 8,412 waiting", "suspended, ждут 8 412"}, stopCampaign},
		state(instanceapi.YellowCard, Text{}),
		state(instanceapi.SleepMode, Text{}),
		state(instanceapi.Starting, Text{"starting, until a reboot", "starting до перезагрузки"}),
		{"stuck", Text{"starting, whatever is done", "starting, что ни делай"}, (*instanceapi.Server).StickStarting},
		state(instanceapi.Creating, Text{}),
		state(instanceapi.PendingCode, Text{}),
		state(instanceapi.PendingPassword, Text{}),
		state(unknownWord, Text{"an unknown word", "незнакомое слово"}),
		account(instanceapi.Expired, Text{"expired (unpaid)", "не оплачен"}),
		account(instanceapi.Deleted, Text{"deleted", "удалён"}),
	}
}

const (
	campaign    = 8412 // messages that wait where a campaign was stopped by a restriction
	untilReturn = 12   // messages that leave after a reboot before the restriction is back
)

// stopCampaign restricts an instance in the middle of a campaign.
func stopCampaign(s *instanceapi.Server, id string) error {
	if err := s.Restrict(id, instanceapi.Suspended, untilReturn); err != nil {
		return err
	}
	now, err := s.Snapshot(id)
	if err != nil {
		return err
	}
	return s.Enqueue(id, max(0, campaign-now.Queue), 0)
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
