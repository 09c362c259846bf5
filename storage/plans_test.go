package storage_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// What runs by itself, again and again, reads by an index: it does not become slower with what was settled long ago.
func TestPlans(t *testing.T) {
	t.Parallel()
	path := file(t)
	var way storagetest.Faults
	s := open(t, storage.Options{URL: path, Wrap: way.Wrap})
	started := len(way.Statements())
	subscribe(t, s, ops, boss, monitor.Outside)
	must(t, s.TellOutside(t.Context(), time.Minute))
	periodic(t, s)

	db := raw(t, path)
	// Rows that wait, that are stale, that go outside, and those of the chats, are few however old the database is.
	few := regexp.MustCompile(`^SCAN ((chats|c|d|s|languages)( USING (COVERING )?INDEX sqlite_autoindex_chats_1)?|\(.*\)|.* USING (COVERING )?INDEX ` +
		`(notes_waiting|notes_failed|notes_refused|card_entries_stale|cards_unlisted|actions_by_state|incidents_one_open)|CONSTANT ROW|CONSTANT ROWS|\d+ CONSTANT ROWS?)$`)
	texts := way.Statements()[started:]
	slices.Sort(texts)
	looked := 0
	for _, text := range slices.Compact(texts) {
		if !regexp.MustCompile(`(?is)^\s*(select|insert|update|delete)`).MatchString(text) {
			continue
		}
		looked++
		steps := plan(t, db, text)
		for _, step := range steps {
			made := func(s string) bool { // the rows of a subquery, which has its own steps
				return strings.HasPrefix(step, "SCAN ") && (s == "MATERIALIZE "+step[5:] || s == "CO-ROUTINE "+step[5:])
			}
			if slices.ContainsFunc(steps, made) || strings.Contains(text, " limit ") && strings.Contains(step, " USING ") {
				continue // or the first of an index
			}
			if strings.HasSuffix(step, "cards_by_message (chat=? AND topic=?)") {
				t.Errorf("%s reads all cards of a chat\nby:%s", step, text)
			}
			if strings.HasPrefix(step, "SCAN") && !few.MatchString(step) {
				t.Errorf("%s\nby:%s", step, text)
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d statements", looked)
	}
}

func plan(t *testing.T, db *sql.DB, text string) (steps []string) {
	t.Helper()
	args := make([]any, 0, 20)
	for n := 1; strings.Contains(text, fmt.Sprint("$", n)); n++ {
		args = append(args, 1)
	}
	rows, err := db.QueryContext(t.Context(), "explain query plan "+text, args...)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	must(t, rows.Err())
	return steps
}

// periodic does what greenwatch does by itself while numbers come and go.
func periodic(t *testing.T, s *storage.Store) {
	t.Helper()
	now := start
	reading := func() {
		waiting(t, s, now)
		_, err := s.Untold(t.Context(), now)
		must(t, err)
		_, err = s.Day(t.Context(), now.Add(-24*time.Hour))
		must(t, err)
		_, err = s.Backlog(t.Context())
		must(t, err)
		_, err = s.ActionsSince(t.Context(), now.Add(-time.Hour))
		must(t, err)
		_, err = s.Actions(t.Context(), monitor.Wanted)
		must(t, err)
		_, err = s.Transitions(t.Context(), kazan, 5)
		must(t, err)
		_, err = s.AuditLog(t.Context(), 5)
		must(t, err)
		_, err = s.LastSweep(t.Context())
		must(t, err)
		_, err = s.Chats(t.Context())
		must(t, err)
		_, err = s.Unlisted(t.Context(), ops)
		must(t, err)
		must(t, s.Ping(t.Context()))
		must(t, s.Probe(t.Context()))
		must(t, s.EndSweep(t.Context(), monitor.Sweep{Started: now, Ended: now.Add(time.Second)}))
	}
	update(t, s, kazan, begin)
	reading()
	for n, to := range []monitor.Address{ops, monitor.Outside} {
		deliver(t, s, to, 10+n)
	}
	notes := due(t, s, boss, now)
	sending(t, s, notes)
	settle(t, s, monitor.Settlement{To: boss, Notes: notes, At: now, End: monitor.SettledFailed, Reason: "no"})
	update(t, s, kazan, tell(monitor.Resolved))
	for _, card := range stale(t, s, ops) {
		must(t, s.Showing(t.Context(), card))
		must(t, s.Shown(t.Context(), card, now))
	}
	deliver(t, s, ops, 20)
	now = now.AddDate(5, 0, 0)
	reading()
}
