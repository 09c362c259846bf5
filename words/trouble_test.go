package words

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
	"pgregory.net/rapid"
)

func unsavedAt(id monitor.InstanceID, f monitor.Finding, since time.Time) monitor.Unsaved {
	return monitor.Unsaved{Instance: id, Belief: monitor.Belief{Finding: f, Since: since, After: since.Add(-time.Minute), At: since}}
}

func knownHere(id monitor.InstanceID) monitor.Instance {
	for _, i := range []monitor.Instance{kazan, promo} {
		if i.ID == id {
			return i
		}
	}
	return monitor.Instance{ID: id}
}

func TestTrouble(t *testing.T) {
	t.Parallel()
	told := func(name string, say func(Voice, monitor.Trouble) Message, trouble monitor.Trouble) {
		trouble.Since = at(3, 11)
		golden(t, name, said(at(3, 20), func(v Voice) Message { return say(v, trouble) }))
	}
	card := func(v Voice, trouble monitor.Trouble) Message { return v.Trouble(trouble, knownHere) }
	reply := func(v Voice, trouble monitor.Trouble) Message { return v.TroubleReply(trouble, knownHere) }
	two := []monitor.Unsaved{
		unsavedAt(promo.ID, authorized, at(3, 13)),
		unsavedAt(kazan.ID, state(monitor.NotAuthorized), at(3, 12)),
	}
	for _, f := range []monitor.Fault{
		monitor.FaultFull, monitor.FaultReadOnly, monitor.FaultLocked, monitor.FaultDamaged, monitor.FaultAway,
		monitor.FaultGone, monitor.FaultGoneKept, monitor.FaultOther, monitor.Exhausted,
	} {
		told("own_"+string(f), card, monitor.Trouble{Fault: f, Unsaved: two})
	}
	told("own_nothing", card, monitor.Trouble{Fault: monitor.FaultFull})
	told("own_over", card, monitor.Trouble{Fault: monitor.FaultFull, Until: at(3, 19)})
	told("own_over_gone", card, monitor.Trouble{Fault: monitor.FaultGoneKept, Until: at(3, 19)})
	told("own_over_exhausted", reply, monitor.Trouble{Fault: monitor.Exhausted, Until: at(3, 19)})
	told("own_fresh_one", reply, monitor.Trouble{Fresh: two[1:]})
	told("own_fresh", reply, monitor.Trouble{Fresh: two})
}

func TestAnyTroubleIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := at(3, 20)
		voice := voices(now).Draw(t, "voice")
		trouble := monitor.Trouble{Fault: monitor.Fault(nasty().Draw(t, "fault")), Since: at(3, 11)}
		if rapid.Bool().Draw(t, "over") {
			trouble.Until = now
		}
		i := instances().Draw(t, "instance")
		for n := range rapid.IntRange(0, 600).Draw(t, "unsaved") {
			f := monitor.Finding{Answer: monitor.Answered, State: monitor.State(fmt.Sprintf("w%d", n%7))}
			if n < 3 {
				f = findings().Draw(t, "finding")
			}
			trouble.Unsaved = append(trouble.Unsaved, unsavedAt(i.ID, f, at(3, 12)))
		}
		trouble.Fresh = trouble.Unsaved
		named := func(monitor.InstanceID) monitor.Instance { return i }
		for _, v := range inEveryLanguage(voice) {
			sound(t, v.Trouble(trouble, named))
			if len(trouble.Fresh) > 0 || trouble.Over() {
				sound(t, v.TroubleReply(trouble, named))
			}
		}
	})
}
