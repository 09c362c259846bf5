package storage_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"greenwatch/monitor"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

func TestMain(m *testing.M) {
	if beSecondProcess() {
		return
	}
	shorten()
	goleak.VerifyTestMain(m)
}

var (
	start  = time.Date(2026, 11, 20, 3, 11, 0, 123456789, time.UTC)
	kazan  = monitor.InstanceID("7105000017").Subject()
	samara = monitor.InstanceID("7105000018").Subject()
	ops    = monitor.Address{Chat: -1001}
	night  = monitor.Address{Chat: -1001, Topic: 7}
	boss   = monitor.Address{Chat: 42}
)

// What every engine must do. address names a new, empty database.
func conformance(t *testing.T, address func(t testing.TB) string) {
	for name, test := range map[string]func(t *testing.T, s *storage.Store){
		"cases":              testCases,
		"dead chat":          testChatLost,
		"refusals grow":      testRefusalsGrow,
		"lost topic":         testLostTopic,
		"refused notes":      testRefusedNotes,
		"listed in text":     testListedInText,
		"moved chat":         testMovedChat,
		"moved, named twice": testMovedChatIsNamedTwice,
		"languages":          testLanguages,
		"growing card":       testGrowingCard,
		"unknown case":       testUnknownCase,
		"unchanged":          testUnchanged,
		"transitions":        testTransitions,
		"one open incident":  testOneOpenIncident,
		"all or nothing":     testAllOrNothing,
		"one case twice":     testOneCaseTwice,
		"panic":              testPanic,
		"cancelled before":   testCancelledBefore,
		"cancelled within":   testCancelledWithin,
		"no lost update":     testNoLostUpdate,

		"who is told":          testWhoIsTold,
		"told once":            testToldOnce,
		"named chats":          testNamedChats,
		"followers":            testFollowers,
		"subscription ends":    testSubscriptionEnds,
		"told though given up": testToldThoughGivenUp,

		"due":               testDue,
		"begun and unknown": testBegunAndUnknown,
		"again":             testAgain,
		"order":             testOrder,
		"failed":            testFailed,

		"join":                testJoin,
		"join waits":          testJoinWaits,
		"join tried":          testJoinTried,
		"join doubtful":       testJoinDoubtful,
		"join moves":          testJoinMoves,
		"join during an edit": testJoinDuringAnEdit,
		"join and message":    testJoinAndMessageAtOnce,
		"joined card ends":    testJoinedCardEnds,

		"card":                 testCard,
		"card of several":      testCardOfSeveral,
		"changed while told":   testChangedWhileTold,
		"card settled twice":   testCardSettledTwice,
		"forgotten card":       testForgottenCard,
		"card of a chat apart": testCardOfAChatApart,

		"actions":      testActions,
		"key once":     testKeyOnce,
		"last actions": testActionsSince,
		"outage":       testOutage,
		"texts":        testTexts,
		"audit log":    testAuditLog,
		"sweeps":       testSweeps,
		"ping":         testPing,
		"backlog":      testBacklog,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, storage.Options{URL: address(t)}))
		})
	}
	t.Run("committed", func(t *testing.T) {
		t.Parallel()
		testCommitted(t, address(t))
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	engines := append(storagetest.Engines(), storagetest.Engine{
		Name: "memory", URL: func(testing.TB) string { return ":memory:" },
	})
	for _, engine := range engines {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			conformance(t, engine.URL)
		})
	}
}

// onEngines runs a test on a new database of each engine.
func onEngines(t *testing.T, test func(t *testing.T, address string)) {
	t.Parallel()
	for _, engine := range storagetest.Engines() {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			test(t, engine.URL(t))
		})
	}
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "greenwatch.db") }

// raw opens a database past the store.
func raw(t testing.TB, address string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(address, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, address)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func do(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement, args...)
	must(t, err)
}

func open(t testing.TB, o storage.Options) *storage.Store {
	t.Helper()
	s, err := storage.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

type apply = func(monitor.Case) (monitor.Case, monitor.Effects)

// begin opens the case's next incident and tells of it.
func begin(c monitor.Case) (monitor.Case, monitor.Effects) {
	c.Belief = monitor.Belief{Finding: monitor.Finding{Answer: monitor.Answered, State: monitor.NotAuthorized}, Since: start, At: start}
	c.Incident = monitor.Incident{Number: c.Incident.Number + 1, Opened: start}
	return tell(monitor.Opened)(c)
}

// tell tells something of the case's incident, which changes by it.
func tell(kind monitor.AlertKind) apply {
	return func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c, _ = move(c)
		return c, monitor.Effects{Alerts: []monitor.Alert{{
			Key:  fmt.Sprintf("%s/%d/%s/%d", c.Subject, c.Incident.Number, kind, c.Incident.Events),
			Kind: kind, Subject: c.Subject, Incident: c.Incident.Number, At: start, Belief: c.Belief,
		}}}
	}
}

// move changes the incident without a word.
func move(c monitor.Case) (monitor.Case, monitor.Effects) {
	c.Incident.Events++
	return c, monitor.Effects{}
}

// alert tells something that concerns no incident.
func alert(a monitor.Alert) apply {
	return func(c monitor.Case) (monitor.Case, monitor.Effects) {
		a.Subject = c.Subject
		return c, monitor.Effects{Alerts: []monitor.Alert{a}}
	}
}

func update(t testing.TB, s *storage.Store, subject monitor.Subject, fn apply) monitor.Case {
	t.Helper()
	c, err := s.Update(t.Context(), subject, fn)
	must(t, err)
	return c
}

func subscribe(t testing.TB, s *storage.Store, chats ...monitor.Address) {
	t.Helper()
	must(t, s.Subscribe(t.Context(), chats))
}

func due(t testing.TB, s *storage.Store, to monitor.Address, now time.Time) []monitor.Note {
	t.Helper()
	notes, err := s.Due(t.Context(), to, now)
	must(t, err)
	return notes
}

func sending(t testing.TB, s *storage.Store, notes []monitor.Note) {
	t.Helper()
	must(t, s.Sending(t.Context(), notes))
}

func settle(t testing.TB, s *storage.Store, end monitor.Settlement) {
	t.Helper()
	must(t, s.Settle(t.Context(), end))
}

// deliver tells a chat all that is due, as one message.
func deliver(t testing.TB, s *storage.Store, to monitor.Address, messageID int) []monitor.Note {
	t.Helper()
	notes := due(t, s, to, start)
	sending(t, s, notes)
	settle(t, s, monitor.Settlement{To: to, Notes: notes, At: start, End: monitor.SettledTold, MessageID: messageID})
	return notes
}

func stale(t testing.TB, s *storage.Store, to monitor.Address) []monitor.Card {
	t.Helper()
	cards, err := s.Stale(t.Context(), to)
	must(t, err)
	return cards
}

// waiting are the chats in which something is to be told or shown.
func waiting(t testing.TB, s *storage.Store, now time.Time) []monitor.Address {
	t.Helper()
	told, err := s.Waiting(t.Context(), now)
	must(t, err)
	shown, err := s.Outdated(t.Context())
	must(t, err)
	chats := slices.Concat(told, shown)
	slices.SortFunc(chats, func(a, b monitor.Address) int {
		return cmp.Or(cmp.Compare(a.Chat, b.Chat), cmp.Compare(a.Topic, b.Topic))
	})
	return slices.Compact(chats)
}

func kinds(notes []monitor.Note) []monitor.AlertKind {
	var all []monitor.AlertKind
	for _, n := range notes {
		all = append(all, n.Alert.Kind)
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
