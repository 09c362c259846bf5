package fleet

import (
	"fmt"
	"strings"
	"unicode"

	"greenwatch/monitor"
)

// readEntries reads GREEN_API_INSTANCES. Entries are counted from 1.
func (l *loader) readEntries(text string) {
	entries := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	for i, entry := range entries {
		at := place{source: fmt.Sprintf("%s, entry %d", inEntries, i+1)}
		id, rest, ok := strings.Cut(entry, ":")
		if !ok {
			l.report(at, monitor.ListID, "has no ':'; want idInstance:apiTokenInstance, and @apiUrl and =name if needed, "+
				"as in 1101000001:TOKEN=Shop_Berlin (a name has no white space and no comma here)")
			continue
		}
		rest, name, named := strings.Cut(rest, "=")
		token, apiURL, own := strings.Cut(rest, "@")
		switch {
		case named && name == "":
			l.report(at, monitor.ListID, "has nothing behind the '='; want a name, as in =Shop_Berlin")
		case own && apiURL == "":
			l.report(at, monitor.ListID, "has nothing behind the '@'; want an apiUrl, as in @https://1101.api.green-api.com")
		}
		l.add(at, record{id: id, token: token, url: apiURL, name: name})
	}
}
