// Package dialtest has, for tests, a name with two addresses; the first does not work.
package dialtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// Name has the addresses ::1 and 127.0.0.1, once Install was called.
const Name = "two-addresses.test"

// Install makes Name known to this process, from TestMain, and no other name that is not in the hosts file.
func Install() {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer func() { _ = server.Close() }()
			for err := error(nil); err == nil; {
				err = serveOne(server)
			}
		}()
		return client, nil
	}}
}

// serveOne answers one question as a name server does over TCP: RFC 1035, 4.2.2.
func serveOne(conn net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	question := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, question); err != nil {
		return err
	}
	answer := answerTo(question)
	_, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)) //nolint:gosec // some hundred bytes
	return err
}

func answerTo(question []byte) []byte {
	name, end := "", 12
	for question[end] != 0 {
		length := int(question[end])
		name += string(question[end+1:end+1+length]) + "."
		end += 1 + length
	}
	kind := binary.BigEndian.Uint16(question[end+1:])
	end += 5
	answer := append([]byte(nil), question[:end]...)
	answer[2], answer[3] = 0x81, 0x80 // an answer, recursive
	copy(answer[6:12], []byte{0, 0, 0, 0, 0, 0})
	if !strings.EqualFold(name, Name+".") {
		answer[3] |= 3 // there is no such name
		return answer
	}
	for address, is := range map[string]uint16{"::1": 28, "127.0.0.1": 1} {
		if kind == is {
			answer[7] = 1
			raw := netip.MustParseAddr(address).AsSlice()
			answer = append(answer, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 60, 0, byte(len(raw))) //nolint:gosec // 1 or 28, 4 or 16
			answer = append(answer, raw...)
		}
	}
	return answer
}

// Beside gives a listener at the same port as one at 127.0.0.1 has, at ::1, whose connections are handed to treat one by
// one, each in its goroutine. The test is skipped if this machine has no ::1.
func Beside(t testing.TB, working net.Addr, treat func(net.Conn)) {
	t.Helper()
	_, port, err := net.SplitHostPort(working.String())
	if err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "[::1]:"+port)
	if err != nil {
		t.Skipf("there is no second address: %v", err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				treat(conn)
				_ = conn.Close()
			}()
		}
	}()
}

// The ways in which an address accepts and does not work.
var (
	// Resets ends a connection with RST as soon as something has come.
	Resets = func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 16))
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	// Hangs reads, and never says anything.
	Hangs = func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
)
