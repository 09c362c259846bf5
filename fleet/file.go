package fleet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// maxFile is more than any list is long.
const maxFile = 16 << 20

// content is the file as it was found.
type content struct {
	data  []byte
	wrong string // why it cannot be read; empty: it can
}

func readFile(path string) content {
	if path == "" {
		return content{}
	}
	f, err := os.Open(path)
	if err != nil {
		return content{wrong: "cannot be read: " + reason(err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return content{wrong: "cannot be read: " + reason(err)}
	case len(data) > maxFile:
		return content{wrong: "is longer than 16 MiB"}
	}
	return content{data: data}
}

// reason is what happened, without the path: somebody may have put the list itself there.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return "it cannot be opened"
}

// version names the content. Tokens are among it, and too long to be guessed from its sum.
func (c content) version() string {
	sum := sha256.Sum256(append([]byte(c.wrong+"\n"), c.data...))
	return hex.EncodeToString(sum[:8])
}

// mark is by what a look sees that the file was not touched since it was read.
type mark struct {
	info os.FileInfo // nil: it was not read
	at   time.Time
}

// markGrain is the time within which two changes may leave the same mark.
const markGrain = 2 * time.Second

func markOf(path string) mark {
	info, err := os.Stat(path)
	if err != nil {
		return mark{}
	}
	return mark{info: info, at: time.Now()}
}

// shows reports whether the file is as it was at the mark before.
func (m mark) shows(before mark) bool {
	return m.info != nil && before.info != nil && os.SameFile(m.info, before.info) && m.info.Size() == before.info.Size() &&
		m.info.ModTime().Equal(before.info.ModTime()) && before.at.Sub(before.info.ModTime()) > markGrain
}

// readOnce holds for what gives its content only once, as the pipe of a shell's <(…) does.
func (m mark) readOnce() bool {
	return m.info != nil && m.info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0
}

// asText gives the lines of a CSV file, or says what keeps them from being read, and where: spreadsheets save several
// kinds of text.
func asText(data []byte) (text []byte, wrong string, at int) {
	const want = `; want it saved as "CSV UTF-8"`
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || bytes.IndexByte(data, 0) >= 0:
		return nil, `is UTF-16, as Excel's "Unicode text" is, or no text at all` + want, 0
	case !utf8.Valid(data):
		return nil, `is not UTF-8, but perhaps Windows-1251, as Excel's plain "CSV" is` + want, firstInvalid(data)
	}
	text = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !bytes.Contains(text, []byte("\n")) {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n")) // "CSV (Macintosh)"
	}
	return text, "", 0
}

// firstInvalid is the first line that is not UTF-8.
func firstInvalid(data []byte) int {
	n := 0
	for l := range bytes.Lines(data) {
		if n++; !utf8.Valid(l) {
			break
		}
	}
	return n
}

// separator is what stands between the fields: of ',', ';' and tab the one that the first line has most of, outside
// of quotation marks.
func separator(text []byte) rune {
	header, _, _ := strings.Cut(strings.TrimLeft(string(text), "\r\n"), "\n")
	counts := map[rune]int{}
	for n, part := range strings.Split(header, `"`) {
		if n%2 == 1 {
			continue
		}
		for _, r := range part {
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

func nameless(column int) string {
	return fmt.Sprintf("has text in column %d, which the header does not name; want a name there, or nothing", column)
}
