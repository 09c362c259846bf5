package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/storage"
)

// partners is a partner's list that can be changed, and fail.
type partners struct {
	mu    sync.Mutex
	all   []fleet.PartnerInstance
	err   error
	asked []time.Time
}

func (p *partners) Instances(context.Context) ([]fleet.PartnerInstance, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, time.Now())
	if p.err != nil {
		return nil, p.err
	}
	return append([]fleet.PartnerInstance{}, p.all...), nil
}

func (p *partners) set(err error, all ...fleet.PartnerInstance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all, p.err = all, err
}

func (p *partners) looks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

func theirs(n int) fleet.PartnerInstance {
	return fleet.PartnerInstance{
		ID: monitor.InstanceID(fmt.Sprint(n)), Name: fmt.Sprint("Kazan ", n), Type: "whatsapp", Token: secret.New(token(n)),
	}
}

// them are n of them from a number on.
func them(first, n int) []fleet.PartnerInstance {
	var all []fleet.PartnerInstance
	for i := range n {
		all = append(all, theirs(first+i))
	}
	return all
}

// findingFault is how the client of the API says no.
type findingFault struct{ finding monitor.Finding }

func (findingFault) Error() string              { return "refused" }
func (findingFault) Detail() string             { return "code 401: Unauthorized" }
func (f findingFault) Finding() monitor.Finding { return f.finding }

type tenMinutes struct{}

func (tenMinutes) Next(after time.Time) time.Time {
	return after.Truncate(10 * time.Minute).Add(10 * time.Minute)
}

// office is a desk with a partner's list instead of a file.
type office struct {
	*desk
	list    *partners
	partner *fleet.Partner
}

func inOffice(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:"})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
			t.Fatal(err)
		}
		o := &office{desk: &desk{t: t, store: &flaky{Store: store}, log: &bytes.Buffer{}}, list: &partners{}}
		o.list.set(nil, them(7001, 30)...)
		o.start()
		defer func() { o.end() }()
		story(t, o)
		if strings.Contains(o.log.String(), "ffffffff") {
			t.Error("a token is in the log")
		}
	})
}

// start lists 9999 in the environment, and 7001 under a name and token of its own.
func (o *office) start() {
	o.t.Helper()
	f, _, err := fleet.Load(fleet.Sources{
		URL: "https://api.green-api.example", Entries: "9999:" + token(9999) + ",7001:" + token(1234567) + "@https://own.example=Own",
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.fleet = f
	o.partner, err = fleet.NewPartner(o.t.Context(), fleet.PartnerOptions{API: o.list, KeeperOptions: fleet.KeeperOptions{
		Fleet: f, Schedule: tenMinutes{}, Store: o.store, Apply: o.apply, Log: slog.New(slog.NewTextHandler(o.log, nil)),
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	o.stop, o.ended = stop, make(chan error, 1)
	go func() { o.ended <- o.partner.Run(ctx) }()
	o.pass(time.Second)
}

func (o *office) credential(c fleet.Change, id monitor.InstanceID) fleet.Credential {
	o.t.Helper()
	for _, cred := range c.Credentials {
		if cred.ID == id {
			return cred
		}
	}
	o.t.Fatalf("no credential of %s", id)
	return fleet.Credential{}
}

func TestAPartnersListIsFollowed(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.expect("", 30)
		c := o.changes()
		if len(c) != 1 || len(c[0].Added) != 29 || len(c[0].Credentials) != 31 || len(c[0].Gone)+len(c[0].Renewed) > 0 {
			t.Fatalf("applied %+v", c)
		}
		own, usual := o.credential(c[0], "7001"), o.credential(c[0], "7002")
		if own.URL != "https://own.example" || own.Token.Reveal() != token(1234567) || usual.URL != "https://api.green-api.example" || usual.Token.Reveal() != token(7002) {
			t.Errorf("reached by %v, %v", own.URL, usual.URL)
		}
		if i, _ := o.fleet.Instance("7001"); i.Name != "Own" {
			t.Errorf("7001 is called %q", i.Name)
		}

		// One is new, one is deleted, one has a new token.
		all := them(7001, 31)
		all[1].Token, all[29].Deleted = secret.New(token(99)), true
		o.list.set(nil, all...)
		o.pass(10*time.Minute + 11*time.Second)
		told := o.told()
		if len(told) != 2 {
			t.Fatalf("told %+v", told)
		}
		n, then := *told[0].List, *told[1].List
		if n.Added.Count != 1 || n.Gone.Count != 0 || n.Changed.Count != 1 || then.Gone.Count != 1 || then.Gone.Some[0].Name != "Kazan 7030" || then.Total != 31 {
			t.Errorf("told %+v and %+v", n, then)
		}
		if c = o.changes(); len(c) != 2 || len(c[0].Renewed) != 1 || len(c[0].Gone) != 0 || len(c[1].Gone) != 1 || c[1].Gone[0] != "7030" || len(c[1].Credentials) != 31 {
			t.Errorf("applied %+v", c)
		}
		o.pass(time.Hour)
		o.expect("", 30)

		// What the settings list too stays, whatever becomes of it in the list.
		o.list.set(nil, all[1:]...)
		o.pass(21 * time.Minute)
		o.expect("", 30)
		if c := o.changes(); len(c) > 0 {
			t.Errorf("applied %+v", c)
		}
	})
}

func TestAPartnersListOfOddEntries(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.changes()
		all := them(7001, 30)
		all[1].Token = secret.New("")
		all[2].Type, all[2].Name = "v3", strings.Repeat("ab", 20)
		o.list.set(nil, append(all, theirs(7003), fleet.PartnerInstance{ID: "8001", Token: secret.New("x")})...)
		o.pass(11 * time.Minute)
		c := o.changes()
		if len(c) != 1 || len(c[0].Credentials) != 31 {
			t.Fatalf("applied %+v", c)
		}
		if cred := o.credential(c[0], "7003"); cred.URL != "https://api.green-api.example/v3" {
			t.Errorf("MAX is asked at %s", cred.URL)
		}
		if kept := o.credential(c[0], "7002"); kept.Token.Reveal() != token(7002) {
			t.Error("a token was lost")
		}
		if i, _ := o.fleet.Instance("7003"); i.Name != "" {
			t.Errorf("it is called %q", i.Name)
		}
	})
}

func TestAPartnersListShrinks(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.changes()
		who := monitor.AuditEntry{At: time.Now(), By: monitor.Person{ID: 5, Name: "@ops_a"}, Where: ops}
		o.list.set(nil, append(them(7001, 15), theirs(7101))...)
		o.pass(11 * time.Minute)
		told := o.told()
		if len(told) != 2 || told[0].Kind != monitor.ListChanged || told[1].Kind != monitor.ListAsked || !told[1].Silent {
			t.Fatalf("told %+v", told)
		}
		asked := *told[1].List
		if asked.Gone.Count != 15 || asked.Of != 31 || !fleet.IsPartners(asked.Version) || asked.Added.Count != 0 {
			t.Errorf("asked %+v", asked)
		}
		c := o.changes()
		if len(c) != 1 || len(c[0].Gone) > 0 || len(c[0].Credentials) != 32 || o.credential(c[0], "7030").Token.Reveal() != token(7030) {
			t.Errorf("applied %+v", c)
		}
		s, off := o.partner.Standing()
		if !off || s.News.Gone.Count != 15 || s.News.Wrong > 0 || s.Read.IsZero() {
			t.Errorf("it stands %+v, %t", s, off)
		}
		o.pass(time.Hour)
		o.expect("", 31)
		if later, _ := o.partner.Standing(); !later.Since.Equal(s.Since) {
			t.Errorf("it stands so since %s, not %s", later.Since, s.Since)
		}
		if _, err := o.partner.Answer(t.Context(), "p0123456789abcdef", monitor.DropGone, who); !errors.Is(err, monitor.ErrListChanged) {
			t.Errorf("an answer to another list: %v", err)
		}
		q, err := o.partner.Answer(t.Context(), asked.Version, monitor.DropGone, who)
		if err != nil || q.Gone != 15 || q.Of != 31 || q.Answer != monitor.DropGone {
			t.Errorf("dropped: %+v, %v", q, err)
		}
		o.pass(2 * time.Second)
		if n := o.expect(monitor.ListChanged, 16); n.Gone.Count != 15 || n.Total != 17 {
			t.Errorf("told %+v", n)
		}
		if c := o.changes(); len(c) != 1 || len(c[0].Gone) != 15 {
			t.Errorf("applied %+v", c)
		}
		if _, off := o.partner.Standing(); off {
			t.Error("it stands as asked still")
		}

		// An empty list is never believed.
		o.list.set(nil)
		o.pass(time.Hour)
		if n := o.expect(monitor.ListRefused, 16); n.Problems[0].What != monitor.ListEmpty {
			t.Errorf("told %+v", n)
		}
	})
}

func TestAPartnersTokenIsRefused(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		refused := findingFault{monitor.Finding{Answer: monitor.Refused, Refusal: monitor.WrongToken}}
		o.list.set(refused)
		o.pass(10 * time.Minute)
		o.expect("", 30)
		o.pass(2 * time.Minute)
		if n := o.expect(monitor.ListRefused, 30); n.Why != "code 401: Unauthorized" || n.Problems[0].What != monitor.PartnerRefused || n.Total != 31 {
			t.Errorf("told %+v", n)
		}
		if s, off := o.partner.Standing(); !off || s.News.Wrong != 1 || s.News.Why == "" || !s.Read.Before(s.Since) {
			t.Errorf("it stands %+v, %t", s, off)
		}
		o.pass(3 * time.Hour)
		o.expect("", 30)
		o.end()
		o.start()
		o.pass(3 * time.Hour)
		o.expect("", 1) // nothing but the settings, and told already
		o.list.set(nil, them(7001, 30)...)
		o.pass(2 * time.Minute)
		if n := o.expect(monitor.ListChanged, 30); !n.Mended || n.Added.Count != 0 {
			t.Errorf("told %+v", n)
		}
		o.changes()

		// One that is away is told only where that lasts.
		o.list.set(errOff)
		o.pass(20 * time.Minute)
		o.expect("", 30)
		o.pass(20 * time.Minute)
		if n := o.expect(monitor.ListRefused, 30); n.Problems[0].What != monitor.PartnerAway {
			t.Errorf("told %+v", n)
		}
		if c := o.changes(); len(c) > 0 {
			t.Errorf("applied %+v", c)
		}
		if n := strings.Count(o.log.String(), "partner's list not read"); n != 3 {
			t.Errorf("%d log lines:\n%s", n, o.log)
		}
	})
}

// After a start those that are gone are dropped once two looks agree, and nobody else.
func TestAPartnersListAfterAStart(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.end()
		o.changes()
		o.list.set(errOff)
		o.start()
		for id, want := range map[monitor.InstanceID]bool{"7002": true, "7001": false, "9999": false, "8000": false} {
			if got := o.partner.Awaits(id); got != want {
				t.Errorf("%s is awaited: %t", id, got)
			}
		}
		o.pass(20 * time.Minute)
		o.expect("", 1)
		if c := o.changes(); len(c) > 0 {
			t.Errorf("applied %+v", c)
		}
		if s, off := o.partner.Standing(); !off || !s.Read.IsZero() {
			t.Errorf("it stands %+v, %t", s, off)
		}
		looks := o.list.looks()
		o.pass(10 * time.Minute)
		if n := o.list.looks() - looks; n != 10 {
			t.Errorf("%d looks in ten minutes", n)
		}
		o.pass(time.Minute)
		o.expect(monitor.ListRefused, 1)

		all := them(7001, 30)
		all[29].Deleted = true
		o.list.set(nil, all...)
		o.pass(2 * time.Minute)
		told := o.told()
		if len(told) != 2 || !told[0].List.Mended || told[1].List.Gone.Count != 1 || told[1].List.Gone.Some[0].Name != "Kazan 7030" || !told[1].Silent {
			t.Fatalf("told %+v", told)
		}
		c := o.changes()
		if len(c) != 2 || len(c[0].Added) != 28 || len(c[0].Gone) > 0 || len(c[1].Gone) != 1 || c[1].Gone[0] != "7030" {
			t.Errorf("applied %+v", c)
		}
		o.pass(time.Hour)
		o.expect("", 29)

		// Half of it gone at a start cannot be asked about, and rings.
		o.end()
		o.list.set(nil, them(7001, 15)...)
		o.start()
		o.pass(time.Minute)
		told = o.told()
		if len(told) != 1 || told[0].Silent || told[0].List.Gone.Count != 14 || told[0].List.Total != 16 {
			t.Fatalf("told %+v", told)
		}
	})
}

// Nothing is applied that is not kept, and what could not be applied is tried again, but told once.
func TestTroubleWithAPartnersList(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.changes()
		o.store.fail(true)
		all := them(7001, 31)
		all[29].Deleted = true
		o.list.set(nil, all...)
		o.pass(20 * time.Minute)
		o.expect("", 30)
		o.refuseToApply(errOff)
		o.store.fail(false)
		o.pass(20 * time.Minute)
		if told := o.told(); len(told) != 1 || told[0].List.Added.Count+told[0].List.Gone.Count != 2 {
			t.Fatalf("told %+v", told)
		}
		if n := len(o.changes()); n > 0 {
			t.Errorf("applied %d times", n)
		}
		o.refuseToApply(nil)
		o.pass(2 * time.Minute)
		o.expect("", 30)
		if c := o.changes(); len(c) != 1 || len(c[0].Added) != 1 || len(c[0].Gone) != 1 {
			t.Errorf("applied %+v", c)
		}
	})
}

func TestJoin(t *testing.T) {
	t.Parallel()
	f, own, err := fleet.Load(fleet.Sources{URL: "https://api.green-api.example", Entries: "7001:" + token(1) + "=Own"})
	if err != nil {
		t.Fatal(err)
	}
	gone := theirs(7003)
	gone.Deleted = true
	all := f.Join([]fleet.PartnerInstance{theirs(7001), theirs(7002), gone})
	if len(own) != 1 || len(all) != 2 || all[0].Token.Reveal() != token(1) || all[1].ID != "7002" || f.Count() != 2 || f.Named("7001").Name != "Own" {
		t.Errorf("joined to %+v", f.Instances())
	}
}

func TestPartnerOptions(t *testing.T) {
	t.Parallel()
	if _, err := fleet.NewPartner(t.Context(), fleet.PartnerOptions{}); err == nil {
		t.Error("made without options")
	}
}
