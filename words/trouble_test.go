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
	v := speak(at(3, 20))
	two := []monitor.Unsaved{
		unsavedAt(promo.ID, authorized, at(3, 13)),
		unsavedAt(kazan.ID, state(monitor.NotAuthorized), at(3, 12)),
	}
	for _, f := range []monitor.Fault{
		monitor.FaultFull, monitor.FaultReadOnly, monitor.FaultLocked, monitor.FaultDamaged, monitor.FaultAway,
		monitor.FaultOther, monitor.Exhausted,
	} {
		golden(t, "own_"+string(f), v.Trouble(monitor.Trouble{Fault: f, Since: at(3, 11), Unsaved: two}, knownHere))
	}
	golden(t, "own_nothing", v.Trouble(monitor.Trouble{Fault: monitor.FaultFull, Since: at(3, 11)}, knownHere))
	golden(t, "own_over", v.Trouble(monitor.Trouble{Fault: monitor.FaultFull, Since: at(3, 11), Until: at(3, 19)}, knownHere))
	golden(t, "own_over_exhausted", v.TroubleReply(monitor.Trouble{Fault: monitor.Exhausted, Since: at(3, 11), Until: at(3, 19)}, knownHere))
	golden(t, "own_fresh_one", v.TroubleReply(monitor.Trouble{Since: at(3, 11), Fresh: two[1:]}, knownHere))
	golden(t, "own_fresh", v.TroubleReply(monitor.Trouble{Since: at(3, 11), Fresh: two}, knownHere))
}

func TestAnyTroubleIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := at(3, 20)
		v := voices(now).Draw(t, "voice")
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
		sound(t, v.Trouble(trouble, named))
		if len(trouble.Fresh) > 0 || trouble.Over() {
			sound(t, v.TroubleReply(trouble, named))
		}
	})
}
