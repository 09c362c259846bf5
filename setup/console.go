package setup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// console is the talk with the person at the terminal, or with a script in that place.
type console struct {
	in       *bufio.Reader
	out      io.Writer
	terminal int // the descriptor of a terminal; -1: there is none
}

func newConsole(in io.Reader, out io.Writer) *console {
	c := &console{in: bufio.NewReader(in), out: out, terminal: -1}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.terminal = int(f.Fd())
	}
	return c
}

// say writes a line.
func (c *console) say(format string, args ...any) { _, _ = fmt.Fprintf(c.out, format+"\n", args...) }

// advise writes what to do about the line above.
func (c *console) advise(format string, args ...any) { c.say("  "+format, args...) }

// errNoInput says that nobody will answer any more.
var errNoInput = errors.New("setup: the input has ended")

// ask gives the answer without what people paste along with it, or the fallback for none.
func (c *console) ask(ctx context.Context, question, fallback string) (string, error) {
	if fallback != "" {
		question += " [" + fallback + "]"
	}
	answer, err := c.read(ctx, question, c.line)
	if answer == "" {
		answer = fallback
	}
	return answer, err
}

// askHidden is ask for what may hold a secret: a terminal does not show what is typed.
func (c *console) askHidden(ctx context.Context, question string) (string, error) {
	return c.read(ctx, question, c.hiddenLine)
}

// confirm asks for yes or no until it is told one of them.
func (c *console) confirm(ctx context.Context, question string, fallback bool) (bool, error) {
	choice := " [y/N]"
	if fallback {
		choice = " [Y/n]"
	}
	for {
		answer, err := c.read(ctx, question+choice, c.line)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "":
			return fallback, nil
		case "y", "yes", "д", "да":
			return true, nil
		case "n", "no", "н", "нет":
			return false, nil
		}
	}
}

// read waits for an answer or for the end of ctx. A read that nobody waits for any more ends with the process.
func (c *console) read(ctx context.Context, question string, line func() (string, error)) (string, error) {
	_, _ = fmt.Fprint(c.out, question+": ")
	restore := c.remember()
	type result struct {
		text string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := line()
		read <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		restore()
		return "", ctx.Err()
	case r := <-read:
		if r.err != nil {
			return "", errNoInput
		}
		return unwrapped(r.text), nil
	}
}

// remember gives back what the terminal was like: an answer that is not shown may be cut short.
func (c *console) remember() (restore func()) {
	if c.terminal < 0 {
		return func() {}
	}
	state, err := term.GetState(c.terminal)
	if err != nil {
		return func() {}
	}
	return func() { _ = term.Restore(c.terminal, state) }
}

// line reads up to the end of a line; the last one need have none.
func (c *console) line() (string, error) {
	text, err := c.in.ReadString('\n')
	if text != "" {
		return text, nil
	}
	return "", err
}

// hiddenLine takes lines that were pasted together from what is read already.
func (c *console) hiddenLine() (string, error) {
	if c.terminal < 0 || c.in.Buffered() > 0 {
		return c.line()
	}
	text, err := term.ReadPassword(c.terminal)
	_, _ = fmt.Fprintln(c.out) // the end of the line was not shown either
	return string(text), err
}

// unwrapped is text without the white space and the quotation marks around it.
func unwrapped(text string) string {
	text = strings.TrimSpace(text)
	for _, pair := range [][2]string{{`"`, `"`}, {`'`, `'`}, {"`", "`"}, {"“", "”"}, {"«", "»"}} {
		if inner, ok := strings.CutPrefix(text, pair[0]); ok {
			if inner, ok := strings.CutSuffix(inner, pair[1]); ok {
				return strings.TrimSpace(inner)
			}
		}
	}
	return text
}

// printable is a text from outside without what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
}
