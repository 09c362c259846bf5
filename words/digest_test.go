package words

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
)

// numbers makes n instances of a city, on a pool.
func numbers(pool, city string, n int) []monitor.Instance {
	all := make([]monitor.Instance, 0, n)
	for k := 1; k <= n; k++ {
		all = append(all, monitor.Instance{
			ID: monitor.InstanceID(fmt.Sprintf("%s%06d", pool, k)), Name: fmt.Sprintf("%s %02d", city, k), Pool: pool,
		})
	}
	return all
}

func outSince(i monitor.Instance, f monitor.Finding, when time.Time) *life {
	return wellFor(i, 41*days, when.Add(-time.Minute)).becomes(f, when)
}

func entries(f monitor.Finding, when time.Time, all ...monitor.Instance) []Entry {
	made := make([]Entry, 0, len(all))
	for _, i := range all {
		made = append(made, Entry{Instance: i, Incident: outSince(i, f, when).c.Incident})
	}
	return made
}

func digest(t *testing.T, name string, now time.Time, all []Entry, named int) {
	t.Helper()
	golden(t, name, said(now, func(v Voice) Message {
		m, n := v.Digest(all)
		if n != named {
			t.Errorf("%s names %d, want %d", name, n, named)
		}
		return m
	}))
}

func forty() []Entry {
	ufa, kazan, perm := numbers("7103", "Ufa", 12), numbers("7105", "Kazan", 15), numbers("7107", "Perm", 13)
	all := entries(state(monitor.NotAuthorized), at(3, 11), ufa[:10]...)
	all = append(all, entries(state(monitor.Blocked), at(3, 12), ufa[10:]...)...)
	all = append(all, entries(state(monitor.NotAuthorized), at(3, 11), kazan[:11]...)...)
	all = append(all, entries(state(monitor.Blocked), at(3, 12), kazan[11:]...)...)
	all = append(all, entries(state(monitor.NotAuthorized), at(3, 12), perm[:10]...)...)
	return append(all, entries(state(monitor.Suspended), at(3, 12), perm[10:]...)...)
}

func TestDigest(t *testing.T) {
	t.Parallel()
	digest(t, "digest_40", at(3, 12), forty(), 40)
	digest(t, "digest_4", at(3, 12), entries(state(monitor.NotAuthorized), at(3, 11), numbers("7105", "Kazan", 4)...), 4)
	digest(t, "digest_unpaid", at(3, 12), entries(refusal(monitor.Expired), at(3, 1), numbers("7105", "Kazan", 23)...), 23)
	unpaid := entries(refusal(monitor.Expired), at(3, 1), numbers("7105", "Kazan", 3)...)
	paid := outSince(unpaid[0].Instance, refusal(monitor.Expired), at(3, 1)).becomes(authorized, at(9, 20))
	unpaid[0].Incident = paid.c.Incident
	digest(t, "digest_unpaid_partly", at(9, 20), unpaid, 3)
	digest(t, "digest_blind", at(3, 12), entries(silence, at(3, 8), numbers("7105", "Kazan", 12)...), 12)
	mixed := entries(state(monitor.NotAuthorized), at(3, 11), numbers("7105", "Kazan", 2)...)
	mixed = append(mixed, entries(refusal(monitor.WrongToken), at(3, 5), numbers("7107", "Perm", 2)...)...)
	digest(t, "digest_mixed", at(3, 12), append(mixed, entries(silence, at(3, 8), kazan)...), 5)
}

func TestDigestAsTheyRecover(t *testing.T) {
	t.Parallel()
	all := forty()
	for n := range 30 {
		all[n].Incident = outSince(all[n].Instance, state(monitor.NotAuthorized), at(3, 11)).becomes(authorized, at(3, 40)).c.Incident
	}
	gone := outSince(all[30].Instance, state(monitor.NotAuthorized), at(3, 11))
	gone.take(gone.c.Leave(scene(at(3, 41))))
	all[30].Incident = gone.c.Incident
	digest(t, "digest_partly", at(3, 42), all, 40)

	back := all[:12]
	digest(t, "digest_back", at(3, 42), back, 12)
	digest(t, "digest_over", at(3, 42), all[20:31], 11)
	unproved := outSince(promo, state(monitor.Suspended), at(3, 11)).becomes(authorized, at(3, 40))
	digest(t, "digest_unproved", at(3, 42), append(back, Entry{Instance: promo, Incident: unproved.c.Incident}), 13)
}

// A digest of very many counts all, names sixty, and has a table that names all.
// A number that worked in between says so: an edit that came late may not have shown it.
func TestDigestOfThoseThatGoToAndFro(t *testing.T) {
	t.Parallel()
	all := entries(state(monitor.NotAuthorized), at(3, 11), numbers("7105", "Kazan", 3)...)
	flapping := outSince(promo, state(monitor.Suspended), at(3, 11)).becomes(authorized, at(3, 13)).becomes(state(monitor.Blocked), at(3, 17))
	all = append(all, Entry{Instance: promo, Incident: flapping.c.Incident})
	digest(t, "digest_to_and_fro", at(3, 18), all, 4)

	for len(all) < monitor.MaxNamed { // names come first where both do not fit
		i := numbers("7107", strings.Repeat("Long name ", 4), len(all))[len(all)-1]
		life := outSince(i, state(monitor.Suspended), at(3, 11)).becomes(authorized, at(3, 13)).becomes(state(monitor.Blocked), at(3, 17))
		all = append(all, Entry{Instance: i, Incident: life.c.Incident})
	}
	if m, named := speak(at(3, 18)).Digest(all); named != monitor.MaxNamed || strings.Contains(m.HTML, "03:13") {
		t.Errorf("%d named:\n%s", named, m.HTML)
	}
}

func TestDigestOfFiveHundred(t *testing.T) {
	t.Parallel()
	all := entries(state(monitor.NotAuthorized), at(3, 11), numbers("7105", "Kazan", 500)...)
	all[7].Instance.Name = "=HYPERLINK(\"https://example.com\")"
	m, named := speak(at(3, 12)).Digest(all)
	checkMessage(t, m)
	if named != 60 || !strings.Contains(m.HTML, "and 440 more: all in the file below") || !strings.Contains(m.HTML, "500 numbers stopped") {
		t.Errorf("names %d:\n%s", named, m.HTML)
	}
	f, err := speak(at(3, 12)).Table(all)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.Content, []byte("\ufeff")))).ReadAll()
	if err != nil || len(rows) != 501 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := rows[8]; got[0] != "7105000008" || got[1] != "'=HYPERLINK(\"https://example.com\")" || got[4] != "notAuthorized" || got[5] == "" || got[6] != "" {
		t.Errorf("a row reads %q", got)
	}
	if len(f.Caption) == 0 || f.Name == "" {
		t.Errorf("the file is %q: %q", f.Name, f.Caption)
	}
}

func TestFleet(t *testing.T) {
	t.Parallel()
	all := numbers("7105", "Kazan", 17)
	named := func(id monitor.InstanceID) monitor.Instance {
		for _, i := range all {
			if i.ID == id {
				return i
			}
		}
		return monitor.Instance{ID: id}
	}
	var bad []monitor.RollEntry
	for n, i := range all {
		f := state(monitor.NotAuthorized)
		if n%6 == 5 {
			f = state(monitor.Blocked)
		}
		bad = append(bad, monitor.RollEntry{Instance: i.ID, Finding: f})
	}
	fleet := func(name string, kind monitor.AlertKind, roll monitor.Roll) {
		golden(t, name, said(at(3, 5), func(v Voice) Message { return v.Fleet(monitor.Alert{Kind: kind, Roll: &roll}, named) }))
	}
	fleet("arrived_known", monitor.Arrived, monitor.Roll{Total: 300, Good: 283, Bad: bad, Known: true})
	fleet("arrived_few", monitor.Arrived, monitor.Roll{Total: 300, Good: 295, Bad: bad[:3]})
	fleet("arrived_well", monitor.Arrived, monitor.Roll{Total: 300, Good: 300})
	fleet("arrived_one", monitor.Arrived, monitor.Roll{Total: 1, Bad: bad[:1]})
	fleet("returned", monitor.Returned, monitor.Roll{Total: 300, Good: 297, Bad: bad[:3], From: at(2, 10), Until: at(3, 5)})
}

// A chat that takes no files is not promised one: messages name all.
func TestDigestWithoutAFile(t *testing.T) {
	t.Parallel()
	all := entries(state(monitor.NotAuthorized), at(3, 11), numbers("7105", "Kazan", 70)...)
	all = append(all, entries(state(monitor.Blocked), at(3, 11), numbers("7103", "Ufa", 300)...)...)
	for _, language := range Languages() {
		v := speak(at(3, 12))
		v.Language, v.InText = language, true
		m, _ := v.Digest(all)
		checkMessage(t, m)
		if strings.Contains(m.HTML, "in the file") || strings.Contains(m.HTML, "в файле") {
			t.Errorf("a file is promised:\n%s", m.HTML)
		}
		pages := v.Pages(all)
		var text strings.Builder
		for _, page := range pages {
			checkMessage(t, page)
			text.WriteString(page.HTML + "\n")
		}
		for _, e := range all {
			if n := strings.Count(text.String(), "<code>"+string(e.Instance.ID)+"</code>"); n != 1 {
				t.Fatalf("%s is named %d times:\n%s", e.Instance.ID, n, text.String())
			}
		}
		if len(pages) != 2 {
			t.Errorf("%d pages", len(pages))
		}
		golden(t, "digest_page", spoken{language: pages[1]})
		golden(t, "digest_no_file", spoken{language: m})
	}
	if v := speak(at(3, 12)); len(v.Pages(nil)) != 0 {
		t.Error("pages of nothing")
	}
}
