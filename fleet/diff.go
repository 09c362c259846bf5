package fleet

import (
	"slices"

	"greenwatch/monitor"
)

// Change is what a new version of the list changes.
type Change struct {
	Credentials []Credential         // of all that are watched from now on
	Gone        []monitor.InstanceID // watched no more
	Added       []monitor.Instance
	Renewed     []monitor.Instance // whose token, address or way of notifications is another one
}

// difference is how two versions of the list differ, by id.
type difference struct {
	added, gone, changed, renewed []monitor.Instance
}

func compare(was, is *list) difference {
	var d difference
	before := make(map[monitor.InstanceID]Credential, len(was.credentials))
	for _, c := range was.credentials {
		before[c.ID] = c
	}
	for _, i := range was.instances {
		if _, stays := is.find(i.ID); !stays {
			d.gone = append(d.gone, i)
		}
	}
	now := make(map[monitor.InstanceID]Credential, len(is.credentials))
	for _, c := range is.credentials {
		now[c.ID] = c
	}
	for _, i := range is.instances {
		old, known := was.find(i.ID)
		if !known {
			d.added = append(d.added, i)
			continue
		}
		b, n := before[i.ID], now[i.ID]
		renewed := b.URL != n.URL || b.Token.Reveal() != n.Token.Reveal() || old.Exclusive != i.Exclusive
		if renewed {
			d.renewed = append(d.renewed, i)
		}
		if renewed || !sameLabels(old, i) {
			d.changed = append(d.changed, i)
		}
	}
	return d
}

// sameLabels compares all that does not follow from the credential.
func sameLabels(a, b monitor.Instance) bool {
	return a.Name == b.Name && a.Priority == b.Priority && a.Contact == b.Contact && slices.Equal(a.Tags, b.Tags)
}

func (d difference) none() bool { return len(d.added)+len(d.gone)+len(d.changed) == 0 }

func (d difference) change(is *list) Change {
	c := Change{Credentials: is.credentials, Added: d.added, Renewed: d.renewed}
	for _, i := range d.gone {
		c.Gone = append(c.Gone, i.ID)
	}
	return c
}

// named is how many of a part people are told by name.
const named = 5

func partOf(all []monitor.Instance) monitor.ListPart {
	p := monitor.ListPart{Count: len(all)}
	for _, i := range all[:min(named, len(all))] {
		p.Some = append(p.Some, monitor.Instance{ID: i.ID, Name: i.Name})
	}
	return p
}
