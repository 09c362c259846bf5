package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"greenwatch/simulator/soak/judge"
)

// program is the real binary, which may be killed and started again.
type program struct {
	witness *judge.Witness
	binary  string
	dir     string
	env     []string
	http    string // where its metrics are
	log     *os.File

	mu      sync.Mutex
	running *exec.Cmd
	life    int
}

func newProgram(ctx context.Context, dir string, witness *judge.Witness, env []string) (*program, error) {
	p := &program{witness: witness, dir: dir, binary: filepath.Join(dir, "greenwatch")}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", p.binary, "greenwatch").CombinedOutput(); err != nil { //nolint:gosec // our own folder
		return nil, fmt.Errorf("soak: building: %w\n%s", err, out)
	}
	var config net.ListenConfig
	free, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.http = free.Addr().String()
	if err := free.Close(); err != nil {
		return nil, err
	}
	p.env = append(append(os.Environ(), env...), "HTTP_ADDR="+p.http, "DATABASE_URL="+filepath.Join(dir, "soak.db"))
	p.log, err = os.Create(filepath.Join(dir, "soak.log"))
	return p, err
}

func (p *program) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(p.binary) //nolint:gosec,noctx // built above; it ends by our signals alone
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.env, p.log, p.log
	p.witness.Born()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("soak: starting: %w", err)
	}
	p.running, p.life = cmd, p.life+1
	return nil
}

// kill is kill -9.
func (p *program) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return
	}
	p.witness.Died()
	_ = p.running.Process.Kill()
	_ = p.running.Wait() // it says that it was killed
	p.running = nil
}

// end asks the program to end and says what was wrong with its end, or with its log.
func (p *program) end() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return errors.New("soak: the program was not running at the end")
	}
	p.witness.Died()
	err := errors.Join(p.running.Process.Signal(syscall.SIGTERM), p.running.Wait())
	p.running = nil
	return errors.Join(err, p.leaks(), p.log.Close())
}

// leaks says what should not be in the log, or in the database's files.
func (p *program) leaks() error {
	kept, err := filepath.Glob(filepath.Join(p.dir, "*.db*"))
	for _, file := range append(kept, p.log.Name()) {
		text, readErr := os.ReadFile(file)
		err = errors.Join(err, readErr)
		for _, hidden := range []string{strings.SplitN(botToken, ":", 2)[1], strings.Repeat("f", 32), "panic"} {
			if bytes.Contains(text, []byte(hidden)) {
				err = errors.Join(err, fmt.Errorf("soak: a token or a panic is in %s", filepath.Base(file)))
			}
		}
	}
	return err
}

// sample looks at the program until ctx ends.
func (p *program) sample(ctx context.Context, every time.Duration) series {
	var all series
	for {
		select {
		case <-ctx.Done():
			return all
		case <-time.After(every):
		}
		p.mu.Lock()
		pid, life := 0, p.life
		if p.running != nil {
			pid = p.running.Process.Pid
		}
		p.mu.Unlock()
		if s, err := look(ctx, pid, p.http); err == nil {
			s.life = life
			all = append(all, s)
		}
	}
}

// look takes one sample; it fails where the program is just being killed.
func look(ctx context.Context, pid int, address string) (sample, error) {
	s := sample{at: time.Now()}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return s, err
	}
	s.memory = number(status, "VmRSS:") / 1024
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return s, err
	}
	s.files = float64(len(files))
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return s, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	var page bytes.Buffer
	_, err = page.ReadFrom(resp.Body)
	s.goroutines = number(page.Bytes(), "go_goroutines")
	return s, err
}

// number is what stands behind a name at the beginning of a line.
func number(page []byte, name string) float64 {
	lines := bufio.NewScanner(bytes.NewReader(page))
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == name {
			n, _ := strconv.ParseFloat(fields[1], 64)
			return n
		}
	}
	return 0
}
