package main

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/robfig/cron/v3"

	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/telegram"
	"greenwatch/web"
	"greenwatch/words"
)

// tokenForm is what @BotFather gives: the bot's id and 35 letters. The number is promised nowhere; with fewer than 16 it
// is no secret.
var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]{16,}$`)

func (c *configCheck) botToken(s string) secret.Text {
	const name = "TELEGRAM_BOT_TOKEN"
	c.rejectIf(s == "", name, "is not set")
	c.rejectIf(!tokenForm.MatchString(s), name, "does not look like a bot's token")
	return secret.New(s)
}

// ownTokenForm is a token of our own choice that fits into a header: visible ASCII, and too long to be guessed.
var ownTokenForm = regexp.MustCompile(`^[!-~]{16,}$`)

func (c *configCheck) ownToken(name, s string) secret.Text {
	c.rejectIf(s != "" && !ownTokenForm.MatchString(s), name, "is too short, or not a token")
	return secret.New(s)
}

// publicURL is where GREEN-API reaches us. It is shown in chats, and so may hold no secret.
func (c *configCheck) publicURL(s string) string {
	const name = "PUBLIC_URL"
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		c.reject(name, "is not a usable URL")
		return ""
	}
	ip, err := netip.ParseAddr(u.Hostname())
	private := err == nil && (ip.IsPrivate() || ip.IsLoopback() || ip.IsUnspecified() || ip.IsLinkLocalUnicast())
	c.rejectIf(u.Scheme != "https", name, "is not https: the token would be sent in the clear")
	c.rejectIf(u.User != nil, name, "has a user name or password in it, and would be shown in chats")
	c.rejectIf(u.RawQuery != "" || u.ForceQuery || u.Fragment != "", name, "has something behind the path")
	c.rejectIf(private || strings.EqualFold(u.Hostname(), "localhost"), name, "is an address that GREEN-API cannot reach")
	s = strings.TrimRight(s, "/")
	c.rejectIf(strings.HasSuffix(s, web.WebhookPath), name, "has the path of the webhook at its end already")
	return s
}

func (c *configCheck) url(name, s string) string {
	u, err := url.Parse(s)
	c.rejectIf(err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "", name, "is not a usable URL")
	return s
}

// entries splits s at commas and white space.
func entries(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// listOf splits s at commas and white space and reads each part. What it cannot read is rejected by its number.
func listOf[T comparable](c *configCheck, name, s string, read func(string) (T, error)) []T {
	var list []T
	var wrong []string
	for i, part := range entries(s) {
		value, err := read(part)
		switch {
		case err != nil:
			wrong = append(wrong, strconv.Itoa(i+1))
		case !slices.Contains(list, value):
			list = append(list, value)
		}
	}
	c.rejectIf(wrong != nil, name, "cannot be read at entry "+strings.Join(wrong, ", "))
	return list
}

func (c *configCheck) chats(s string) []monitor.Address {
	return listOf(c, "TELEGRAM_CHATS", s, func(part string) (monitor.Address, error) {
		a, err := telegram.ParseAddress(part)
		return monitor.Address(a), err
	})
}

func (c *configCheck) operators(s string) []int64 {
	return listOf(c, "TELEGRAM_OPERATORS", s, func(part string) (int64, error) {
		id, err := strconv.ParseInt(part, 10, 64)
		if err == nil && id <= 0 {
			err = errors.New("a group, not a person")
		}
		return id, err
	})
}

// proxies keeps every entry, also one that is there twice: later they are named by their numbers.
func (c *configCheck) proxies(s string) []telegram.Proxy {
	var list []telegram.Proxy
	var wrong, mtproto, complaints []string
	for i, part := range entries(s) {
		proxy, err := telegram.ParseProxy(part)
		switch {
		case errors.Is(err, telegram.ErrMTProto):
			mtproto = append(mtproto, strconv.Itoa(i+1))
		case err != nil:
			wrong = append(wrong, strconv.Itoa(i+1))
		}
		list = append(list, proxy)
	}
	if mtproto != nil {
		complaints = append(complaints, "is an MTProto proxy at entry "+strings.Join(mtproto, ", ")+
			", which serves Telegram's apps, while bots speak HTTPS and need a SOCKS5 or HTTP proxy")
	}
	if wrong != nil {
		complaints = append(complaints, "cannot be read at entry "+strings.Join(wrong, ", "))
	}
	c.rejectIf(complaints != nil, "TELEGRAM_PROXY", strings.Join(complaints, "; "))
	return list
}

// minEvery is the shortest time between two checks of everything. An instance takes one question a second
// (https://green-api.com/en/docs/api/ratelimiter/), and the confirmations and the buttons ask the same one.
const minEvery = 5 * time.Second

func (c *configCheck) checkSchedule(s string, zone *time.Location) cron.Schedule {
	const name = "CHECK_SCHEDULE"
	schedule := c.schedule(name, s, zone)
	every, constant := schedule.(cron.ConstantDelaySchedule)
	c.rejectIf(constant && every.Delay < minEvery, name, "is too often: GREEN-API takes one question a second from each instance")
	return schedule
}

// queueSchedule is nil for off.
func (c *configCheck) queueSchedule(s string, zone *time.Location) cron.Schedule {
	const name = "QUEUE_SCHEDULE"
	if strings.EqualFold(s, "off") {
		return nil
	}
	schedule := c.schedule(name, s, zone)
	every, constant := schedule.(cron.ConstantDelaySchedule)
	c.rejectIf(constant && every.Delay < time.Minute, name, "is too often: where it matters, a queue is looked at every minute in any case")
	return schedule
}

// schedule is a cron line in the zone, unless it names another one, or what the parser knows besides.
func (c *configCheck) schedule(name, s string, zone *time.Location) cron.Schedule {
	schedule, err := parseSchedule(s)
	if err != nil {
		c.reject(name, "is not a schedule")
		return nil
	}
	if line, ok := schedule.(*cron.SpecSchedule); ok {
		if !strings.Contains(s, "TZ=") {
			line.Location = zone
		}
		c.rejectIf(line.Next(time.Now()).IsZero(), name, "never comes")
	}
	return schedule
}

// interval is the time from one tick to the next, without a pause such as the night; 0 where there is none.
func interval(s cron.Schedule) time.Duration {
	if s == nil {
		return 0
	}
	var shortest time.Duration
	tick := s.Next(time.Now())
	for range 3 {
		next := s.Next(tick)
		if gap := next.Sub(tick); shortest == 0 || gap < shortest {
			shortest = gap
		}
		tick = next
	}
	return shortest
}

// parseSchedule reads a cron line or a descriptor. The library panics at some malformed ones, such as "TZ=UTC".
func parseSchedule(s string) (schedule cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser panicked")
		}
	}()
	return cron.ParseStandard(s)
}

func (c *configCheck) database(s string) string {
	const name = "DATABASE_URL"
	switch scheme, _, isURL := strings.Cut(s, "://"); {
	case !isURL || scheme == "file":
	case scheme == "postgres" || scheme == "postgresql":
		_, err := url.Parse(s)
		c.rejectIf(err != nil, name, "is not a usable URL")
	default:
		c.reject(name, "is neither a file nor a PostgreSQL server")
	}
	return s
}

func (c *configCheck) httpAddr(s string) string {
	if strings.EqualFold(s, "off") {
		return ""
	}
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	c.rejectIf(err != nil, "HTTP_ADDR", "is not an address")
	return s
}

// zone gives UTC where there is no such zone. "Local" is one to the library, and another on each machine.
func (c *configCheck) zone(s string) *time.Location {
	zone, err := time.LoadLocation(s)
	if err != nil || strings.EqualFold(s, "local") {
		c.reject("TIMEZONE", "is not a known time zone")
		return time.UTC
	}
	return zone
}

// locales is what desktops and containers put into LANGUAGE for other programs, as in de_DE.UTF-8:ru:en.
var locales = regexp.MustCompile(`^[a-z]{2,3}(:|_[A-Z]{2})[A-Za-z0-9_.@:-]*$`)

// language takes locales too: the first of a language of ours counts, or else the default.
func (c *configCheck) language(s string) string {
	for part := range strings.SplitSeq(s, ":") {
		locale, _, _ := strings.Cut(part, ".")
		if tag, known := words.Language(locale); known {
			return tag
		}
	}
	c.rejectIf(!locales.MatchString(s), "LANGUAGE", "is not known")
	return words.Languages()[0]
}

func (c *configCheck) logLevel(s string) slog.Level {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(s, level.String()) {
			return level
		}
	}
	c.reject("LOG_LEVEL", "is not known")
	return slog.LevelInfo
}
