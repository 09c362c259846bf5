package fleet

import (
	"fmt"
	"regexp"
	"strings"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// Sources says where the instances are listed. Both lists may be given; they add up.
type Sources struct {
	Entries string // GREEN_API_INSTANCES: id:token[@apiUrl][=name], separated by commas or white space
	File    string // GREEN_API_INSTANCES_FILE: path of a CSV file
	CSV     string // what such a file would hold
	URL     string // GREEN_API_URL, required: the apiUrl of those that name none
}

// Credential is how one instance is reached.
type Credential struct {
	ID    monitor.InstanceID
	Token secret.Text // apiTokenInstance
	URL   string      // apiUrl as given, without a slash at the end
}

// Problem is one thing that is wrong with the lists. It shows nothing of what stands there but a valid idInstance.
type Problem struct {
	monitor.ListProblem
	Text string // a sentence that begins with the variable and the place in it
}

// Problems is everything that is wrong with the lists.
type Problems []Problem

// Error gives the sentences, one a line.
func (p Problems) Error() string {
	lines := make([]string, 0, len(p))
	for _, one := range p {
		lines = append(lines, one.Text)
	}
	return strings.Join(lines, "\n")
}

const (
	inEntries = "GREEN_API_INSTANCES"
	inFile    = "GREEN_API_INSTANCES_FILE"
)

// Load reads the lists. The credentials are in the order in which they are listed. An error is of the type [Problems].
// No instance at all is no error.
func Load(s Sources) (*Fleet, []Credential, error) {
	l, problems := parse(s, readFile(s.File))
	if len(problems) > 0 {
		return nil, nil, problems
	}
	f := &Fleet{sources: s, parts: parts{settings: l}}
	f.now.Store(l)
	return f, l.credentials, nil
}

// parse reads the lists, with the file as it was found.
func parse(s Sources, file content) (*list, Problems) {
	l := loader{defaultURL: s.URL, places: map[monitor.InstanceID]string{}}
	if _, err := parseURL(s.URL); err != nil {
		l.report(place{source: "GREEN_API_URL"}, monitor.ListURL, err.Error())
	}
	l.readEntries(s.Entries)
	entered := len(l.instances)
	switch {
	case file.wrong != "":
		l.report(place{source: inFile}, monitor.ListUnread, file.wrong+"; want the path of a CSV file, as in instances.csv")
	case s.File != "":
		l.readCSV(file.data)
	}
	if s.CSV != "" {
		l.readCSV([]byte(s.CSV))
	}
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	sortInstances(l.instances)
	return &list{
		instances: l.instances, credentials: l.credentials, version: file.version(), filed: len(l.instances) - entered,
	}, nil
}

// loader collects what the lists say and what is wrong with them.
type loader struct {
	defaultURL  string
	places      map[monitor.InstanceID]string // where an id was seen first
	instances   []monitor.Instance
	credentials []Credential
	problems    Problems
}

// place is where something stands.
type place struct {
	source string
	line   int // of the file; 0: it is none, or all of it
}

func line(n int) place { return place{source: inFile, line: n} }

func (p place) String() string {
	if p.line == 0 {
		return p.source
	}
	return fmt.Sprintf("%s, line %d", p.source, p.line)
}

func (l *loader) report(at place, what monitor.ListMistake, text string) {
	l.problems = append(l.problems, Problem{monitor.ListProblem{Line: at.line, What: what}, at.String() + ": " + text})
}

// record is one instance as it was written.
type record struct {
	id, token, url, name, priority, contact, notifications string
	tags                                                   []string
}

// add checks a record and takes it in, or reports all that is wrong with it.
func (l *loader) add(at place, r record) {
	before := len(l.problems)
	id := l.claim(at, r.id)
	if !validToken(r.token) {
		l.report(at, monitor.ListToken, "the apiTokenInstance is missing or is no token; "+
			"want the 8 to 256 letters and digits that the console shows")
	}
	apiURL, pool := l.defaultURL, id.Pool()
	if r.url != "" {
		own, err := parseURL(r.url)
		if err != nil {
			l.report(at, monitor.ListURL, err.Error())
		} else {
			pool = poolOf(own, id)
		}
		apiURL = r.url
	}
	for _, label := range append([]string{r.name, r.contact}, r.tags...) {
		if wrong := checkLabel(label); wrong != "" {
			l.report(at, monitor.ListLabel, wrong)
		}
	}
	priority, ok := priorities[strings.ToLower(r.priority)]
	if !ok {
		l.report(at, monitor.ListPriority, "the priority is not known; want night, which holds where there is none, or day")
	}
	exclusive := strings.EqualFold(r.notifications, exclusively)
	if !exclusive && r.notifications != "" {
		l.report(at, monitor.ListNotifications, "the notifications are not known; want "+exclusively+", or nothing")
	}
	if len(l.problems) > before {
		return
	}
	l.instances = append(l.instances, monitor.Instance{
		ID: id, Name: r.name, Tags: r.tags, Pool: pool, Priority: priority, Contact: r.contact,
		Exclusive: exclusive,
	})
	l.credentials = append(l.credentials, Credential{ID: id, Token: secret.New(r.token), URL: strings.TrimRight(apiURL, "/")})
}

// exclusively is that an instance's notifications are read by greenwatch, and by nobody else.
const exclusively = "http-api-exclusive"

var priorities = map[string]monitor.Priority{
	"": monitor.PriorityNight, "night": monitor.PriorityNight, "day": monitor.PriorityDay,
}

// rounded is what a spreadsheet makes of a long number: 4.1E+11, which has lost its last digits for good.
var rounded = regexp.MustCompile(`^[0-9]([.,][0-9]+)?[eE]\+?[0-9]+$`)

// claim notes where an id stands; it reports what is none, and what stands elsewhere already.
func (l *loader) claim(at place, text string) monitor.InstanceID {
	if rounded.MatchString(text) {
		l.report(at, monitor.ListRounded, "Excel has rounded this id; want the column formatted as text, and the id put in again")
		return ""
	}
	id, err := monitor.ParseInstanceID(text)
	if err != nil { // it quotes the text, which may be a token
		l.report(at, monitor.ListID, "the idInstance is missing or is none; want 1 to 18 digits without a leading zero, as in 1101000001")
		return ""
	}
	if first, twice := l.places[id]; twice {
		l.report(at, monitor.ListTwice, fmt.Sprintf("instance %s is already in %s; want it in one of the two places", id, first))
		return ""
	}
	l.places[id] = at.String()
	return id
}
