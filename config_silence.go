package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"greenwatch/outside"
	"greenwatch/report"
	"greenwatch/secret"
)

// heartbeat is a URL that is a secret in itself.
func (c *configCheck) heartbeat(s string) secret.Text {
	if s == "" {
		return secret.Text{}
	}
	u, err := url.Parse(s)
	c.rejectIf(err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Fragment != "",
		"HEARTBEAT_URL", "is not a usable URL")
	return secret.New(s)
}

// fallbacks are separated by white space alone, as commas belong to some addresses.
func (c *configCheck) fallbacks(s string) []secret.Text {
	var list []secret.Text
	var wrong []string
	for i, part := range strings.Fields(s) {
		address := secret.New(part)
		if err := outside.Check(address); err != nil {
			wrong = append(wrong, fmt.Sprintf("entry %d %v", i+1, err))
		}
		list = append(list, address)
	}
	c.rejectIf(wrong != nil, "FALLBACK_URLS", strings.Join(wrong, "; "))
	return list
}

func (c *configCheck) dailyReport(s string, zone *time.Location) *report.Clock {
	if strings.EqualFold(s, "off") {
		return nil
	}
	at, err := report.ParseClock(s, zone)
	c.rejectIf(err != nil, "DAILY_REPORT", "is no time of day")
	return &at
}
