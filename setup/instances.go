package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"greenwatch/monitor"
	"greenwatch/words"
)

// list is the second step: instances, each asked once.
func (d *dialogue) list(ctx context.Context) error {
	listed, err := d.present(ctx)
	if err != nil {
		return err
	}
	if len(listed) > 0 {
		more, err := d.confirm(ctx, "Add another instance?", false)
		if err != nil || !more {
			return err
		}
	}
	d.say("From https://console.green-api.com, in one line: idInstance apiTokenInstance, then apiUrl and a name if you like.")
	d.say("Or idInstance alone, or the path of a CSV file (id,token,url,name,tags). What you type is not shown: it may be a token.")
	for {
		n := len(listed)
		question := fmt.Sprintf("Instance %d", n+1)
		if n > 0 {
			question += ", or Enter to go on"
		}
		text, err := d.askHidden(ctx, question)
		switch {
		case err != nil:
			return err
		case text == "" && n > 0:
			return nil
		case text == "":
			d.say("There must be at least one.")
		case isFile(text):
			listed, err = d.addFile(ctx, text, listed)
		default:
			listed, err = d.addLine(ctx, text, listed)
		}
		if err != nil {
			return err
		}
	}
}

// present tries what is listed already, and leaves out what is not wanted.
func (d *dialogue) present(ctx context.Context) ([]Instance, error) {
	all, err := d.Load(d.value(instances), d.value(instancesFile))
	if err != nil {
		d.say("The list of instances that is set cannot be read:")
		d.advise("%s", strings.ReplaceAll(err.Error(), "\n", "\n  "))
		anew, err := d.confirm(ctx, "Make a new list? The old one is replaced.", false)
		if err != nil {
			return nil, err
		}
		if !anew {
			return nil, fmt.Errorf("%w: correct the list, and begin again", ErrStopped)
		}
		return nil, errors.Join(d.keep(instances, ""), d.drop(instancesFile))
	}
	if len(all) == 0 {
		return nil, nil
	}
	d.say("%s listed already.", count(len(all)))
	return all, d.tryAll(ctx, all)
}

func (d *dialogue) drop(name string) error {
	if d.value(name) == "" {
		return nil
	}
	return d.keep(name, "")
}

func count(n int) string {
	if n == 1 {
		return "1 instance is"
	}
	return fmt.Sprintf("%d instances are", n)
}

const (
	atOnce  = 16 // how many are asked at a time
	maxTold = 20 // how many are named; the rest is counted
)

// tryAll asks each once and names those that are not well, the first of them.
func (d *dialogue) tryAll(ctx context.Context, all []Instance) error {
	readings := make([]monitor.Reading, len(all))
	var asking sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range all {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			readings[i] = d.State(ctx, all[i])
		})
	}
	asking.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	good, told := 0, 0
	for i, r := range readings {
		if r.Verdict() == monitor.Good {
			good++
		}
		if r.Verdict() == monitor.Good && len(all) > maxTold {
			continue
		}
		if told++; told <= maxTold {
			d.show(all[i], r)
		}
	}
	if told > maxTold {
		d.advise("and %d more; greenwatch check shows all", told-maxTold)
	}
	d.say("%d of %d authorized.", good, len(all))
	return nil
}

// show says what an instance answered, in the API's word and in plain ones.
func (d *dialogue) show(i Instance, r monitor.Reading) {
	word, meaning := words.Voice{}.Plain(r.Finding)
	line := fmt.Sprintf("%s: %s (%s)", printable(i.Title()), word, meaning)
	if r.Detail != "" {
		line += ": " + r.Detail
	}
	d.advise("%s", line)
}

func isFile(text string) bool {
	if strings.HasSuffix(strings.ToLower(text), ".csv") {
		return true
	}
	info, err := os.Stat(text)
	return err == nil && info.Mode().IsRegular()
}

// addFile takes a CSV file as GREEN_API_INSTANCES_FILE, in the place of another one.
func (d *dialogue) addFile(ctx context.Context, path string, listed []Instance) ([]Instance, error) {
	if before := d.value(instancesFile); before != "" && before != path {
		instead, err := d.confirm(ctx, "There is a file "+before+" already. Use this one in its place?", false)
		if err != nil || !instead {
			return listed, err
		}
	}
	all, err := d.Load(d.value(instances), path)
	if err != nil {
		d.say("The file cannot be used:")
		d.advise("%s", strings.ReplaceAll(err.Error(), "\n", "\n  "))
		return listed, nil
	}
	d.say("%s listed with this file.", count(len(all)))
	if err := d.tryAll(ctx, all); err != nil {
		return listed, err
	}
	return all, d.keep(instancesFile, path)
}

// addLine takes one instance as it was typed.
func (d *dialogue) addLine(ctx context.Context, text string, listed []Instance) ([]Instance, error) {
	typed := readLine(text)
	var err error
	for typed.id != "" && typed.token == "" {
		if typed.token, err = d.askHidden(ctx, "apiTokenInstance of "+typed.id); err != nil {
			return listed, err
		}
	}
	if slices.ContainsFunc(listed, func(i Instance) bool { return string(i.ID) == typed.id }) {
		d.say("%s is listed already.", typed.id)
		return listed, nil
	}
	kept, err := d.try(ctx, typed)
	if err != nil || kept == nil {
		return listed, err
	}
	entries := strings.TrimSpace(d.value(instances) + "\n" + kept.entry())
	if err := d.keep(instances, entries); err != nil {
		return listed, err
	}
	all, err := d.Load(entries, d.value(instancesFile))
	if err != nil {
		return listed, fmt.Errorf("setup: reading the list again: %w", err)
	}
	return all, nil
}

// try asks a new instance until it answers, or is to be kept as it is; nil: it is left out.
func (d *dialogue) try(ctx context.Context, typed line) (*line, error) {
	for {
		one, err := d.Load(typed.entry(), "")
		if err != nil {
			d.say("This cannot be read: %s", strings.TrimPrefix(strings.Split(err.Error(), "\n")[0], instances+", entry 1: "))
			return nil, nil
		}
		r := d.State(ctx, one[0])
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d.show(one[0], r)
		if r.Answer == monitor.Answered {
			return &typed, nil
		}
		if again, err := d.mend(ctx, &typed, r); err != nil || !again {
			if typed.id == "" {
				return nil, err
			}
			return &typed, err
		}
	}
}

// mend asks what to do about an instance that gave no state, and does it; false: enough.
func (d *dialogue) mend(ctx context.Context, typed *line, r monitor.Reading) (again bool, err error) {
	question, usual := "Try it again (r), type its token again (t) or its apiUrl (u), keep it as it is (k), or leave it out (x)?", "r"
	switch r.Refusal {
	case monitor.WrongToken:
		d.advise("Copy its apiTokenInstance from the console once more; a token that was renewed there ends the old one.")
		usual = "t"
	case monitor.WrongAddress, monitor.NotFound:
		d.advise("This address does not know it. The console shows the instance's own apiUrl, as in https://7103.api.greenapi.com.")
		usual = "u"
	case monitor.Expired, monitor.Deleted:
		usual = "k"
	}
	answer, err := d.ask(ctx, question, usual)
	if err != nil {
		return false, err
	}
	switch strings.ToLower(answer) {
	case "t":
		typed.token, err = d.askHidden(ctx, "apiTokenInstance of "+typed.id)
	case "u":
		typed.url, err = d.ask(ctx, "apiUrl of "+typed.id, typed.url)
	case "k":
		return false, nil
	case "x":
		*typed = line{}
		return false, nil
	case "r":
	default:
		d.say("One letter: r, t, u, k or x. A new token is asked for after t, where it is not shown.")
		return d.mend(ctx, typed, r)
	}
	return true, err
}
