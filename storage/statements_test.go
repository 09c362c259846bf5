package storage

import (
	"database/sql"
	"slices"
	"testing"
)

// One statement runs within itself, in one connection: neither may disturb the other.
func TestStatementWithinItself(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{URL: memory})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const three = `select 1 union select 2 union select 3 order by 1`
	conn, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	number := func(rows *sql.Rows) (n int, err error) {
		err = rows.Scan(&n)
		return n, err
	}
	for range 2 { // compiled, then remembered
		rows, err := conn.QueryContext(t.Context(), three)
		outer, err := collect(rows, err, func(rows *sql.Rows) (int, error) {
			within, err := conn.QueryContext(t.Context(), three)
			inner, err := collect(within, err, number)
			if !slices.Equal(inner, []int{1, 2, 3}) || err != nil {
				t.Errorf("within itself: %v, %v", inner, err)
			}
			return number(rows)
		})
		if !slices.Equal(outer, []int{1, 2, 3}) || err != nil {
			t.Errorf("around itself: %v, %v", outer, err)
		}
	}
}

// A statement that was compiled before the schema changed sees what it is now.
func TestStatementOutlivesItsSchema(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{URL: memory})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	exec := func(text string) {
		if _, err := s.db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	exec(`create table box (a text)`)
	exec(`insert into box values ('a')`)
	for _, want := range [][]string{{"a"}, {"a", "b"}} {
		rows, err := s.db.QueryContext(t.Context(), `select * from box`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatal("no row", err)
		}
		cells := make([]string, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil || !slices.Equal(cells, want) {
			t.Errorf("got %q %v, want %q", cells, err, want)
		}
		rows.Close()
		if len(want) == 1 {
			exec(`alter table box add column b text not null default 'b'`)
		}
	}
}
