package storagetest

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
)

// ErrRefused is what a [Refused] call returns.
var ErrRefused = errors.New("storagetest: refused on purpose")

// Fault is how a call fails.
type Fault int

// The faults. Of a refused commit nothing is saved.
const (
	Refused    Fault = iota // it has no effect, and the connection goes on
	Broken                  // it has no effect, and the connection is gone
	Unanswered              // a commit has its effect, and the connection is gone before the answer; other calls pass
)

// Call is a kind of call.
type Call string

// The calls that reach an engine.
const (
	Begin     Call = "begin"
	Statement Call = "statement"
	Commit    Call = "commit"
)

// Faults counts the calls that reach an engine and lets one of them fail. The zero Faults lets all pass.
type Faults struct {
	mu    sync.Mutex
	calls []Call
	texts []string
	next  int // the number of the call that fails
	how   Fault
}

// Wrap puts the faults in the way to an engine.
func (f *Faults) Wrap(c driver.Connector) driver.Connector { return &connector{c, f} }

// Calls are the calls there were, in their order.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Statements are the texts of the statements there were, in their order.
func (f *Faults) Statements() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.texts)
}

func (f *Faults) keep(statement string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.texts = append(f.texts, statement)
}

// Fail lets the n-th call from now fail, and none before or after it.
func (f *Faults) Fail(n int, how Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next, f.how = len(f.calls)+n, how
}

// Pass lets all calls pass from now on.
func (f *Faults) Pass() { f.Fail(0, Refused) }

// count takes a call down and says whether and how it fails.
func (f *Faults) count(call Call) (how Fault, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
	return f.how, len(f.calls) == f.next
}

type connector struct {
	driver.Connector
	faults *Faults
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{engineConn: inner.(engineConn), faults: c.faults}, nil
}

// engineConn is what the drivers of both engines can.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
}

type conn struct {
	engineConn
	faults *Faults
	gone   bool
}

// call lets an engine do something, or not.
func call[T any](c *conn, kind Call, do func() (T, error)) (result T, err error) {
	if c.gone {
		return result, driver.ErrBadConn
	}
	how, fails := c.faults.count(kind)
	switch {
	case !fails, how == Unanswered && kind != Commit:
		return do()
	case how == Refused:
		return result, ErrRefused
	case how == Unanswered:
		_, err = do()
	}
	return result, errors.Join(driver.ErrBadConn, err, c.Close())
}

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	inner, err := call(c, Begin, func() (driver.Tx, error) { return c.engineConn.BeginTx(ctx, o) })
	if err != nil {
		return nil, err
	}
	return &tx{inner, c}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.faults.keep(query)
	return call(c, Statement, func() (driver.Result, error) { return c.engineConn.ExecContext(ctx, query, args) })
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.faults.keep(query)
	return call(c, Statement, func() (driver.Rows, error) { return c.engineConn.QueryContext(ctx, query, args) })
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.engineConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) ResetSession(ctx context.Context) error {
	if c.gone {
		return driver.ErrBadConn
	}
	return c.engineConn.ResetSession(ctx)
}

func (c *conn) IsValid() bool {
	inner, ok := c.engineConn.(driver.Validator)
	return !c.gone && (!ok || inner.IsValid())
}

func (c *conn) Close() error {
	if c.gone {
		return nil
	}
	c.gone = true
	return c.engineConn.Close()
}

type tx struct {
	driver.Tx
	conn *conn
}

func (t *tx) Commit() error {
	_, err := call(t.conn, Commit, func() (struct{}, error) { return struct{}{}, t.Tx.Commit() })
	if errors.Is(err, ErrRefused) { // to database/sql the transaction has ended all the same
		return errors.Join(err, t.Tx.Rollback())
	}
	return err
}

func (t *tx) Rollback() error {
	if t.conn.gone {
		return driver.ErrBadConn
	}
	return t.Tx.Rollback()
}
