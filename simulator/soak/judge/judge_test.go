package judge

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

const (
	token = "4242:secret-part-of-the-token"
	chat  = int64(501)
	key   = "tok0000000000000000000000000000000000000000000000"
)

var numbers = []Instance{{"7105000001", "Kazan_01"}, {"7105000002", "Kazan_02"}}

// court is a judge, and a program that is told what to do.
type court struct {
	*Judge
	t     *testing.T
	green *instanceapi.Server
}

func inCourt(t *testing.T, story func(c *court)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		green := instanceapi.New(instanceapi.Options{})
		for _, i := range numbers {
			if err := green.Add(instanceapi.Instance{ID: i.ID, Token: key}); err != nil {
				t.Fatal(err)
			}
		}
		bot := botapi.New(botapi.Options{Token: token, NoLimits: true})
		bot.Open(botapi.Person{ID: chat, FirstName: "Ops"})
		c := &court{t: t, green: green, Judge: &Judge{
			Witness: NewWitness(green), Telegram: bot, Chats: []int64{chat}, Instances: numbers,
			Rules: Rules{Confirm: 10 * time.Second, Late: 3 * time.Minute, Return: 12 * time.Minute, Elsewhere: 3 * time.Minute},
		}}
		c.Witness.Born()
		c.ask()
		story(c)
	})
}

func (c *court) do(h http.Handler, method, path string, form url.Values) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://court"+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Client{Transport: simulator.Transport(h)}).Do(r)
	if err != nil {
		return // a fault
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

// ask has the program ask for every number twice.
func (c *court) ask() {
	c.t.Helper()
	for range 2 {
		for _, i := range numbers {
			c.do(c.Witness, http.MethodGet, "/waInstance"+i.ID+"/getStateInstance/"+key, nil)
		}
		time.Sleep(11 * time.Second)
	}
}

// turn changes a number, and has the program see it.
func (c *court) turn(n int, to instanceapi.State) {
	c.t.Helper()
	if err := c.green.Set(numbers[n].ID, to); err != nil {
		c.t.Fatal(err)
	}
	c.ask()
}

func (c *court) say(text string) {
	c.do(c.Telegram, http.MethodPost, "/bot"+token+"/sendMessage", url.Values{"chat_id": {fmt.Sprint(chat)}, "text": {text}})
}

func (c *court) edit(message int, text string) {
	c.do(c.Telegram, http.MethodPost, "/bot"+token+"/editMessageText",
		url.Values{"chat_id": {fmt.Sprint(chat)}, "message_id": {fmt.Sprint(message)}, "text": {text}})
}

func (c *court) last() int {
	all := c.Telegram.Transcript(chat)
	return all[len(all)-1].ID
}

// want fails unless so many things are found: due, told, elsewhere, lost, late, stale.
func (c *court) want(counts ...int) {
	c.t.Helper()
	y := c.Tally(c.Telegram.Requests())
	got := []int{y.Due, y.Told, y.Elsewhere, len(y.Lost), len(y.Late), len(y.Stale)}
	if !slices.Equal(got, counts) {
		c.t.Errorf("due, told, elsewhere, lost, late, stale: %v, want %v\n%+v", got, counts, y)
	}
}

const (
	cardOne = "🔴 Kazan_01: logged out\nnotAuthorized since 00:00"
	digest  = "🔴 2 numbers\n🔴 notAuthorized\nKazan_01\nKazan_02"
)

// A number that joins a digest by an edit that was never shown is lost.
func TestAnEditThatNobodyWasShown(t *testing.T) {
	t.Parallel()
	inCourt(t, func(c *court) {
		c.turn(0, instanceapi.NotAuthorized)
		c.say(cardOne)
		c.turn(1, instanceapi.NotAuthorized)
		c.want(2, 1, 0, 1, 0, 0)
		c.Telegram.Remove(chat, c.last())
		c.edit(101, digest)
		c.want(2, 1, 0, 1, 0, 0)
	})
}

func TestAnEditOfAMessageThatPeopleLookAt(t *testing.T) {
	t.Parallel()
	for age, told := range map[time.Duration]int{time.Minute: 2, 20 * time.Minute: 1} {
		inCourt(t, func(c *court) {
			c.turn(0, instanceapi.NotAuthorized)
			c.say(cardOne)
			time.Sleep(age)
			c.turn(1, instanceapi.NotAuthorized)
			c.edit(c.last(), digest)
			c.want(2, told, 0, 2-told, 0, 0)
		})
	}
}

// What was done counts, whatever was answered.
func TestAnswersThatLie(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]botapi.Fault{
		"0 not done":          {Effect: botapi.Wrong(`{"message_id":7}`)},
		"1 done, answer lost": {Effect: botapi.Reset(), Stored: true},
	} {
		told := int(name[0] - '0')
		inCourt(t, func(c *court) {
			c.turn(0, instanceapi.NotAuthorized)
			c.Telegram.Inject(fault)
			c.say(cardOne)
			c.want(1, told, 0, 1-told, 0, 0)
		})
	}
}

// A chat that could not be told: those outside must have been, in time, and the chat itself of what lasts.
func TestAChatThatWasAway(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mailed time.Duration // 0: never
		lasts  bool
		lost   int
	}{
		"mailed":            {2 * time.Minute, false, 0},
		"mailed too late":   {8 * time.Minute, false, 1},
		"not mailed":        {0, false, 1},
		"mailed, and lasts": {2 * time.Minute, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inCourt(t, func(c *court) {
				from := time.Now()
				c.turn(0, instanceapi.NotAuthorized)
				if tc.mailed > 0 {
					c.Outside = []Mail{{At: from.Add(tc.mailed), Text: cardOne}}
				}
				time.Sleep(9 * time.Minute)
				told := 0
				if !tc.lasts {
					c.turn(0, instanceapi.Suspended)
					c.say("🔴 Kazan_01: restricted\nsuspended since 00:09")
					told = 1
				}
				c.Away = []Away{{Chat: chat, From: from, To: time.Now()}}
				time.Sleep(time.Hour)
				c.want(1+told, told, 1-tc.lost, tc.lost, 0, 0)
			})
		})
	}
}

func TestLateAndNotSo(t *testing.T) {
	t.Parallel()
	inCourt(t, func(c *court) {
		c.turn(0, instanceapi.NotAuthorized)
		time.Sleep(10 * time.Minute)
		c.say(cardOne)
		c.want(1, 1, 0, 0, 1, 0)
		c.turn(0, instanceapi.Authorized)
		c.say("Somebody may have asked: Kazan_02 authorized")
		time.Sleep(5 * time.Minute)
		c.want(2, 1, 0, 1, 1, 1)
		c.edit(c.last()-1, "🟢 Kazan_01: works again\nauthorized since 00:11")
		c.want(2, 2, 0, 0, 2, 0)
	})
}

// A way of states ends with the present one.
func TestTheWayOfANumber(t *testing.T) {
	t.Parallel()
	inCourt(t, func(c *court) {
		c.turn(0, instanceapi.NotAuthorized)
		c.turn(0, instanceapi.Authorized)
		c.say("🔴 2 numbers stopped\n7105000001 Kazan_01 · 00:00 authorized, 00:01 notAuthorized")
		time.Sleep(5 * time.Minute)
		c.want(2, 1, 0, 1, 0, 1)
		c.say("🟢 2 numbers\n7105000001 Kazan_01 · 00:00 notAuthorized, 00:01 authorized")
		c.want(2, 2, 0, 0, 1, 0)
	})
}
