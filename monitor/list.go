package monitor

import (
	"errors"
	"fmt"
	"time"
)

// Listing is what is kept of the file that lists the instances (subject [Self]). A version of the file is named by a sum
// of its content.
type Listing struct {
	Taken   string `json:",omitempty"` // the version that is watched; empty: there was none yet
	Refused string `json:",omitempty"` // the bad version that was told last; empty: it is over
	Question
}

// Question is what people were asked about a version of which too many numbers are gone.
type Question struct {
	Asked  string     `json:",omitempty"` // the version; empty: none
	Gone   int        `json:",omitempty"` // how many of the numbers in the version that is watched
	Of     int        `json:",omitempty"` // and how many those are
	Answer ListAnswer `json:",omitempty"` // empty: none yet
}

// ListAnswer is what an operator says to a list of which too many are gone.
type ListAnswer string

// The answers.
const (
	DropGone ListAnswer = "drop" // take the version, and watch what is gone from it no more
	KeepGone ListAnswer = "keep" // go on with the version before
)

var (
	// ErrListChanged is returned for an answer to a version that the file has no more, or that is watched already.
	ErrListChanged = errors.New("monitor: the list has changed since")
	// ErrListAnswered is returned for an answer to a question that was answered already.
	ErrListAnswered = errors.New("monitor: the question about the list was answered already")
)

// ListNews is what one version of the file, or of the partner's list, brings.
type ListNews struct {
	File    string // its name, without folders; empty: it is the partner's list
	Version string

	Wrong    int           // how much is wrong with it; then nothing of it counts
	Problems []ListProblem // the first of that
	Why      string        `json:",omitempty"` // of the partner's list: what came instead

	Added, Gone, Changed ListPart
	Wavers               ListPart `json:",omitzero"` // of the partner's list: those that come and go, and are watched on
	Of                   int      // how many numbers the version before had
	Total                int      // how many are watched, the new ones and those of other sources among them
	Start                bool     // read at the start: those gone cannot be asked about, so nobody is asked whether they are
	Mended               bool     // the version before was refused
}

// ListPart is some of the numbers of a list.
type ListPart struct {
	Count int
	Some  []Instance // the first of them, with their names
}

// ListProblem is one thing that is wrong with a list. It shows nothing of what stands there.
type ListProblem struct {
	Line   int // 0: it concerns all of it
	What   ListMistake
	Column int `json:",omitempty"` // where the header is meant
}

// ListMistake is what can be wrong with a list.
type ListMistake string

// The mistakes.
const (
	ListUnread   ListMistake = "unread"    // it is gone, or cannot be read
	ListEncoding ListMistake = "encoding"  // it is not UTF-8
	ListEmpty    ListMistake = "empty"     // it lists no instance
	ListNoHeader ListMistake = "header"    // it has no header
	ListColumn   ListMistake = "column"    // a column that nobody knows, or one that is there twice
	ListNoColumn ListMistake = "no_column" // id or token is missing
	ListQuotes   ListMistake = "quotes"
	ListFields   ListMistake = "fields" // more of them than columns
	ListRounded  ListMistake = "rounded"
	ListID       ListMistake = "bad_id"
	ListTwice    ListMistake = "twice"
	ListToken    ListMistake = "token"
	ListURL      ListMistake = "url"
	ListLabel    ListMistake = "label" // a name, tag or contact
	ListPriority ListMistake = "priority"

	ListNotifications ListMistake = "notifications"
)

// ListStanding is how a list stands while it is not watched as it is now.
type ListStanding struct {
	News  ListNews  // what it brings
	Since time.Time // since when
	Read  time.Time // when the version that is watched was read; zero: none was yet
}

// TooManyGone reports whether so many of a list are gone that it may be half a file.
func TooManyGone(gone, of int) bool { return gone >= 2 && gone*10 > of }

// List judges a version of the file: it is taken, refused, or asked about, and each is told once. It is taken where it
// is [Listing.Taken] afterwards.
func (c Case) List(n ListNews, s Scene) (Case, Effects) {
	if c.Listing.Asked != n.Version && c.Listing.Answer != KeepGone {
		c.Listing.Question = Question{}
	}
	l := &c.Listing
	asks := !n.Start && n.Version != l.Taken && TooManyGone(n.Gone.Count, n.Of)
	switch {
	case n.Wrong > 0 && l.Refused == n.Version:
		return c, Effects{}
	case n.Wrong > 0:
		l.Refused = n.Version
		return c.tellList(ListRefused, n, s)
	case asks && l.Asked != n.Version:
		l.Refused = ""
		l.Question = Question{Asked: n.Version, Gone: n.Gone.Count, Of: n.Of}
		return c.tellList(ListAsked, n, s)
	case asks && l.Answer != DropGone:
		l.Refused = ""
		return c, Effects{}
	default:
		return c.takeList(n, s)
	}
}

func (c Case) takeList(n ListNews, s Scene) (Case, Effects) {
	l := &c.Listing
	n.Mended = l.Refused != ""
	known := l.Taken == "" || l.Taken == n.Version || n.Added.Count+n.Gone.Count+n.Changed.Count == 0
	l.Taken, l.Refused = n.Version, ""
	if l.Asked == n.Version {
		l.Question = Question{}
	}
	if known && !n.Mended {
		return c, Effects{}
	}
	return c.tellList(ListChanged, n, s)
}

// tellList tells silently, unless so many are watched no more without a question that somebody must know.
func (c Case) tellList(kind AlertKind, n ListNews, s Scene) (Case, Effects) {
	c.Arrivals++
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", c.Subject, kind, c.Arrivals), Kind: kind, Subject: c.Subject, At: s.Now,
		Silent: !(n.Start && TooManyGone(n.Gone.Count, n.Of)), List: &n,
	}}}
}

// AnswerList takes an operator's answer to the question about a version; the first one counts.
func (c Case) AnswerList(version string, a ListAnswer) (Case, error) {
	q := &c.Listing.Question
	if c.Partner.Asked == version {
		q = &c.Partner.Question
	}
	switch {
	case version == "" || q.Asked != version:
		return c, ErrListChanged
	case q.Answer != "":
		return c, ErrListAnswered
	}
	q.Answer = a
	return c, nil
}

// QuestionOn is the question about a version of the file or of the partner's list; the zero Question where none was
// asked.
func (c Case) QuestionOn(version string) Question {
	for _, q := range [...]Question{c.Listing.Question, c.Partner.Question} {
		if q.Asked == version {
			return q
		}
	}
	return Question{}
}
