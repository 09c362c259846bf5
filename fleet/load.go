package fleet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// Problems is everything that is wrong with the lists, one sentence each. A sentence begins with the variable and the
// place in it, and shows nothing of what stands there but a valid idInstance.
type Problems []string

// Error gives the sentences, one a line.
func (p Problems) Error() string { return strings.Join(p, "\n") }

const (
	inEntries = "GREEN_API_INSTANCES"
	inFile    = "GREEN_API_INSTANCES_FILE"
)

// Load reads the lists. The credentials are in the order in which they are listed. An error is of the type [Problems].
// No instance at all is no error.
func Load(s Sources) (*Fleet, []Credential, error) {
	l := loader{defaultURL: s.URL, places: map[monitor.InstanceID]string{}}
	if _, err := parseURL(s.URL); err != nil {
		l.report("GREEN_API_URL", err.Error())
	}
	l.readEntries(s.Entries)
	if s.File != "" {
		if data, err := os.ReadFile(s.File); err != nil {
			l.report(inFile, "cannot be read: "+reason(err)+"; want the path of a CSV file, as in instances.csv")
		} else {
			l.readCSV(data)
		}
	}
	if s.CSV != "" {
		l.readCSV([]byte(s.CSV))
	}
	if len(l.problems) > 0 {
		return nil, nil, l.problems
	}
	return newFleet(l.instances), l.credentials, nil
}

// reason is what happened, without the path: somebody may have put the list itself there.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return "it cannot be opened"
}

// loader collects what the lists say and what is wrong with them.
type loader struct {
	defaultURL  string
	places      map[monitor.InstanceID]string // where an id was seen first
	instances   []monitor.Instance
	credentials []Credential
	problems    Problems
}

func (l *loader) report(place, what string) { l.problems = append(l.problems, place+": "+what) }

// record is one instance as it was written.
type record struct {
	id, token, url, name string
	tags                 []string
}

// add checks a record and takes it in, or reports all that is wrong with it.
func (l *loader) add(place string, r record) {
	before := len(l.problems)
	id := l.claim(place, r.id)
	if !validToken(r.token) {
		l.report(place, "the apiTokenInstance is missing or is no token; "+
			"want the 8 to 256 letters and digits that the console shows")
	}
	apiURL, pool := l.defaultURL, id.Pool()
	if r.url != "" {
		own, err := parseURL(r.url)
		if err != nil {
			l.report(place, err.Error())
		} else {
			pool = poolOf(own, id)
		}
		apiURL = r.url
	}
	for _, label := range append([]string{r.name}, r.tags...) {
		if wrong := checkLabel(label); wrong != "" {
			l.report(place, wrong)
		}
	}
	if len(l.problems) > before {
		return
	}
	l.instances = append(l.instances, monitor.Instance{ID: id, Name: r.name, Tags: r.tags, Pool: pool})
	l.credentials = append(l.credentials, Credential{ID: id, Token: secret.New(r.token), URL: strings.TrimRight(apiURL, "/")})
}

// claim notes where an id stands; it reports what is none, and what stands elsewhere already.
func (l *loader) claim(place, text string) monitor.InstanceID {
	id, err := monitor.ParseInstanceID(text)
	if err != nil { // it quotes the text, which may be a token
		l.report(place, "the idInstance is missing or is none; want 1 to 18 digits without a leading zero, as in 1101000001")
		return ""
	}
	if first, twice := l.places[id]; twice {
		l.report(place, fmt.Sprintf("instance %s is already in %s; want it in one of the two places", id, first))
		return ""
	}
	l.places[id] = place
	return id
}
