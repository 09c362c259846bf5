// Package outsidetest is a mail server on loopback, for tests alone.
package outsidetest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Password is that of every mailbox.
const Password = "pa55word-of-the-mail"

// Mail is a mail server.
type Mail struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu     sync.Mutex
	refuse string
	hang   chan struct{}
	mails  []string
	tries  int
}

// NewMail starts a server that ends with the test. It must be called outside of a bubble of virtual time, and may be
// used in one.
func NewMail(t testing.TB) *Mail {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mail{listener: l}
	m.serving.Go(m.accept)
	t.Cleanup(func() {
		_ = l.Close()
		m.serving.Wait()
	})
	return m
}

// Address is where shoutrrr sends mail to somebody, with a password.
func (m *Mail) Address(to string) string {
	return fmt.Sprintf("smtp://watch:%s@%s/?from=watch@greenwatch.example&to=%s&starttls=no", Password, m.listener.Addr(), to)
}

// Refuse lets the server answer this to every recipient, as in "550 no such mailbox"; empty: it takes every mail.
func (m *Mail) Refuse(reply string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = reply
}

// Hang lets connections hang until release is called.
func (m *Mail) Hang() (release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	hang := make(chan struct{})
	m.hang = hang
	return func() { close(hang) }
}

// Got is the mails that were taken, headers and all, and how often somebody connected.
func (m *Mail) Got() (mails []string, tries int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.mails...), m.tries
}

func (m *Mail) accept() {
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			return
		}
		m.serving.Go(func() {
			m.serve(conn)
			_ = conn.Close()
		})
	}
}

// serve speaks as much of RFC 5321 as one mail needs.
func (m *Mail) serve(conn net.Conn) {
	m.mu.Lock()
	m.tries++
	refuse, hang := m.refuse, m.hang
	m.mu.Unlock()
	if hang != nil {
		<-hang
		return
	}
	say := func(line string) { _, _ = fmt.Fprint(conn, line+"\r\n") }
	in := bufio.NewScanner(conn)
	say("220 mail.example")
	for in.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " ")
		switch {
		case verb == "EHLO":
			say("250-mail.example")
			say("250-8BITMIME")
			say("250 AUTH PLAIN")
		case verb == "AUTH":
			say("235 welcome")
		case verb == "RCPT" && refuse != "":
			say(refuse)
		case verb == "DATA":
			say("354 go on")
			m.take(in)
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (m *Mail) take(in *bufio.Scanner) {
	var mail strings.Builder
	for in.Scan() && in.Text() != "." {
		mail.WriteString(strings.TrimPrefix(in.Text(), ".") + "\n")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail.String())
}
