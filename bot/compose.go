package bot

import (
	"greenwatch/monitor"
	"greenwatch/words"
)

// Compose makes the next message of notes for people who get no file and are in no chat: it names every incident that it
// carries. It also gives those notes.
func (t *Teller) Compose(notes []monitor.Note) (words.Message, []monitor.Note) {
	seen := make(map[incidentKey]bool)
	var some []monitor.Note
	for _, n := range notes {
		key := incidentKey{n.Alert.Subject, n.Alert.Incident}
		if seen[key] || len(seen) < monitor.MaxNamed {
			seen[key] = true
			some = append(some, n)
		}
	}
	made := t.compose(t.Voices.Own(), some)
	return made.Message, made.notes
}
