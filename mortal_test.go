package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// mortalConnector leads to the database of a program that has a fate.
type mortalConnector struct {
	driver.Connector
	fate *fate
}

// Connect implements driver.Connector.
func (c *mortalConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := step(c.fate, "", func() (driver.Conn, error) { return c.Connector.Connect(ctx) })
	if err != nil {
		if conn != nil {
			err = errors.Join(err, conn.Close())
		}
		return nil, err
	}
	return &mortalConn{conn.(engineConn), c.fate, false}, nil
}

// engineConn is what the drivers of both engines can.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
}

// mortalConn counts what happens within a transaction.
type mortalConn struct {
	engineConn
	fate   *fate
	within bool
}

// kind is what a statement counts as: itself, where it is within a transaction.
func (c *mortalConn) kind(query string) string {
	if !c.within || !c.fate.statements {
		return ""
	}
	return strings.Join(strings.Fields(query), " ")
}

// BeginTx implements driver.ConnBeginTx.
func (c *mortalConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := step(c.fate, "", func() (driver.Tx, error) { return c.engineConn.BeginTx(ctx, o) })
	if err != nil {
		if tx != nil {
			err = errors.Join(err, tx.Rollback())
		}
		return nil, err
	}
	c.within = true
	return &mortalTx{tx, c}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *mortalConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return step(c.fate, c.kind(query), func() (driver.Result, error) { return c.engineConn.ExecContext(ctx, query, args) })
}

// QueryContext implements driver.QueryerContext.
func (c *mortalConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := step(c.fate, c.kind(query), func() (driver.Rows, error) { return c.engineConn.QueryContext(ctx, query, args) })
	if err != nil && rows != nil {
		err = errors.Join(err, rows.Close())
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c *mortalConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.engineConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// IsValid implements driver.Validator.
func (c *mortalConn) IsValid() bool {
	inner, ok := c.engineConn.(driver.Validator)
	return !ok || inner.IsValid()
}

type mortalTx struct {
	driver.Tx
	conn *mortalConn
}

// Commit implements driver.Tx. Of a commit that the program does not live to make, nothing is saved.
func (t *mortalTx) Commit() error {
	kind, made := t.conn.kind("commit"), false
	t.conn.within = false
	_, err := step(t.conn.fate, kind, func() (struct{}, error) {
		made = true
		return struct{}{}, t.Tx.Commit()
	})
	if !made {
		err = errors.Join(err, t.Tx.Rollback())
	}
	return err
}

// Rollback implements driver.Tx; a dead program's transaction is rolled back too, by the engine.
func (t *mortalTx) Rollback() error {
	t.conn.within = false
	return t.Tx.Rollback()
}
