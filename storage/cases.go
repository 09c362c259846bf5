package storage

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"greenwatch/monitor"
)

// caseBody is a case as it is kept: its Incident hides the case's own, which has a table of its own.
type caseBody struct {
	monitor.Case
	Incident *struct{} `json:",omitempty"`
}

// allCases reads cases with their last incident.
const allCases = `
	select c.subject, c.body, coalesce(i.body, '')
	from cases c left join incidents i on i.subject = c.subject
		and i.number = (select max(number) from incidents where subject = c.subject)
	where c.body <> ''`

// Case is what is kept of a subject. Of one that is not known it is the zero Case.
func (s *Store) Case(ctx context.Context, id monitor.Subject) (monitor.Case, error) {
	found, err := list(ctx, s, scanCase, allCases+` and c.subject = $1`, id)
	if err != nil {
		return monitor.Case{}, s.failed(err, "reading case %s", id)
	}
	if len(found) == 0 {
		return monitor.Case{Subject: id}, nil
	}
	return found[0], nil
}

// Cases are all cases, by subject.
func (s *Store) Cases(ctx context.Context) ([]monitor.Case, error) {
	found, err := list(ctx, s, scanCase, allCases)
	if err != nil {
		return nil, s.failed(err, "reading cases")
	}
	slices.SortFunc(found, func(a, b monitor.Case) int { return cmp.Compare(a.Subject, b.Subject) }) // engines sort texts differently
	return found, nil
}

func scanCase(rows *sql.Rows) (monitor.Case, error) {
	var subject monitor.Subject
	var body, incident string
	if err := rows.Scan(&subject, &body, &incident); err != nil {
		return monitor.Case{}, err
	}
	return parseCase(subject, body, incident)
}

func parseCase(subject monitor.Subject, body, incident string) (monitor.Case, error) {
	kept := caseBody{Case: monitor.Case{Subject: subject}}
	if body != "" {
		if err := json.Unmarshal([]byte(body), &kept); err != nil {
			return monitor.Case{}, err
		}
	}
	if incident != "" {
		if err := json.Unmarshal([]byte(incident), &kept.Case.Incident); err != nil {
			return monitor.Case{}, err
		}
	}
	return kept.Case, nil
}

// heldCase is a case under its row's lock, and what of it is saved.
type heldCase struct {
	monitor.Case
	body, incident string
	blank          bool // its row has no body yet
}

// holdCase makes the row where it is missing; writing it again is what locks it on every engine.
func holdCase(ctx context.Context, tx *sql.Tx, subject monitor.Subject) (*heldCase, error) {
	var body, incident string
	err := tx.QueryRowContext(ctx, `
		insert into cases (subject, body) values ($1, '')
		on conflict (subject) do update set subject = excluded.subject
		returning body`, subject).Scan(&body)
	if err != nil {
		return nil, err
	}
	err = tx.QueryRowContext(ctx, `select body from incidents where subject = $1 order by number desc limit 1`, subject).Scan(&incident)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	loaded, err := parseCase(subject, body, incident)
	if err != nil {
		return nil, err
	}
	h := &heldCase{Case: loaded, blank: body == ""}
	h.body, h.incident, err = bodies(loaded) // as this program writes them, whoever wrote the row
	return h, err
}

func bodies(c monitor.Case) (body, incident string, err error) {
	b, err := json.Marshal(caseBody{Case: c})
	if err != nil {
		return "", "", err
	}
	i, err := json.Marshal(c.Incident)
	return string(b), string(i), err
}

// save keeps what of the case has changed, and reports whether anything had.
func (h *heldCase) save(ctx context.Context, tx *sql.Tx, after monitor.Case) (bool, error) {
	after.Subject = h.Subject
	body, incident, err := bodies(after)
	if err != nil {
		return false, err
	}
	if body != h.body || h.blank && incident != h.incident {
		if _, err := tx.ExecContext(ctx, `update cases set body = $1 where subject = $2`, body, h.Subject); err != nil {
			return false, err
		}
	}
	if !h.Belief.Same(after.Belief.Finding) {
		if err := addTransition(ctx, tx, h.Case, after.Belief); err != nil {
			return false, err
		}
	}
	if incident != h.incident {
		if err := saveIncident(ctx, tx, after, incident); err != nil {
			return false, err
		}
	}
	changed := body != h.body || incident != h.incident
	*h = heldCase{Case: after, body: body, incident: incident}
	return changed, nil
}
