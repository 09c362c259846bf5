package storage

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"greenwatch/monitor"
)

// What the engine refuses comes back as one of this package's errors, nothing of it is saved, and the store goes on.
func TestEngineRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refuse, allow string
		want          error
	}{
		"no space": {`pragma max_page_count = 1`, `pragma max_page_count = 100000`, ErrFull},
		"no right": {`pragma query_only = 1`, `pragma query_only = 0`, ErrReadOnly},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), Options{URL: filepath.Join(t.TempDir(), "greenwatch.db")})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			grow := func(c monitor.Case) (monitor.Case, monitor.Effects) {
				c.Arrivals++
				c.Belief.Detail = strings.Repeat("x", 50_000)
				return c, monitor.Effects{}
			}
			if _, err := s.db.ExecContext(t.Context(), test.refuse); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Update(t.Context(), monitor.Self, grow); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if _, err := s.db.ExecContext(t.Context(), test.allow); err != nil {
				t.Fatal(err)
			}
			if c, err := s.Update(t.Context(), monitor.Self, grow); err != nil || c.Arrivals != 1 {
				t.Errorf("afterwards: %d arrivals, %v", c.Arrivals, err)
			}
		})
	}
}

// A failed commit is an error: what the caller takes for saved is saved.
func TestFailedCommit(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	err := s.change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `pragma defer_foreign_keys = 1`); err != nil {
			return err
		}
		return saveIncident(ctx, tx, monitor.Case{Subject: "instance/1", Incident: monitor.Incident{Number: 1}}, "{}")
	})
	if err == nil {
		t.Error("an incident without its case was reported as saved")
	}
	if _, err := s.Update(t.Context(), monitor.Self, arrive); err != nil {
		t.Errorf("the next change: %v", err)
	}
}

// A case that nothing is known of leaves no row behind, and an incident is kept in its own table alone.
func TestRows(t *testing.T) {
	t.Parallel()
	s := inMemory(t)
	rows := func() (n int, body string) {
		err := s.db.QueryRowContext(t.Context(), `select count(*), coalesce(max(body), '') from cases`).Scan(&n, &body)
		if err != nil {
			t.Fatal(err)
		}
		return n, body
	}
	same := func(c monitor.Case) (monitor.Case, monitor.Effects) { return c, monitor.Effects{} }
	if _, err := s.Update(t.Context(), monitor.Self, same); err != nil {
		t.Fatal(err)
	}
	if n, _ := rows(); n != 0 {
		t.Errorf("%d rows of an unchanged case", n)
	}
	if _, err := s.Update(t.Context(), monitor.Self, arrive); err != nil {
		t.Fatal(err)
	}
	if n, body := rows(); n != 1 || !strings.Contains(body, "Arrivals") || strings.Contains(body, "Incident") {
		t.Errorf("%d rows, the body is %s", n, body)
	}
}

func inMemory(t *testing.T) *Store {
	s, err := Open(t.Context(), Options{URL: memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func arrive(c monitor.Case) (monitor.Case, monitor.Effects) {
	c.Arrivals++
	return c, monitor.Effects{}
}

func TestEndsAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	for _, kind := range []monitor.AlertKind{
		monitor.Opened, monitor.Changed, monitor.Reopened, monitor.StillOut, monitor.Resolved, monitor.Proved, monitor.Dropped,
		monitor.PoolDown, monitor.PoolUp, monitor.LossNear,
	} {
		if kind.Ends() != strings.Contains(ends, "'"+string(kind)+"'") {
			t.Errorf("%s: %s", kind, ends)
		}
	}
}
