package storagetest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
)

// cluster is a server of our own.
type cluster struct {
	address  string    // "" where PostgreSQL is not installed
	lifeline io.Closer // the script's standard input, which nobody closes but the end of this process
}

// local starts a server once in this process. It ends when the process does, however that ends.
var local = sync.OnceValues(start)

// script makes a cluster and starts its server. Both are gone again when standard input ends, which the system sees to when
// the tests are over, failed or killed. Its order of texts is not that of bytes, so that tests see where this matters.
const script = `
bin=$1 dir=$2
exec 2>&1
trap '' HUP INT TERM
cd "$dir" || exit 1
if {
	"$bin/initdb" -D data -U greenwatch --auth=trust --no-sync --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en-US &&
	"$bin/pg_ctl" start -w -D data -l server.log -o "-k '$dir' -c listen_addresses= -c fsync=off -c full_page_writes=off"
} >start.log 2>&1; then
	echo ready
else
	echo failed
	cat start.log server.log
	exec >&-
fi
read -r _
"$bin/pg_ctl" stop -w -m immediate -D data >/dev/null 2>&1
cd / && rm -rf "$dir"
`

func start() (c cluster, err error) {
	bin := installed()
	if bin == "" {
		return c, nil
	}
	dir, err := os.MkdirTemp("", "greenwatch-postgres-")
	if err != nil {
		return c, err
	}
	command := []string{"sh", "-c", script, "sh", bin, dir}
	if os.Geteuid() == 0 { // as whom PostgreSQL refuses to run
		name, err := giveAway(dir)
		if err != nil {
			return c, err
		}
		command = append([]string{"runuser", "-u", name, "--"}, command...)
	}
	shell := exec.Command(command[0], command[1:]...)
	if c.lifeline, err = shell.StdinPipe(); err != nil {
		return c, err
	}
	out, err := shell.StdoutPipe()
	if err != nil {
		return c, err
	}
	if err := shell.Start(); err != nil {
		return c, err
	}
	lines := bufio.NewReader(out)
	if line, _ := lines.ReadString('\n'); line != "ready\n" {
		why, _ := io.ReadAll(lines)
		return c, fmt.Errorf("storagetest: PostgreSQL in %s does not start: %s%s", bin, line, why)
	}
	c.address = "postgres://greenwatch@/postgres?host=" + dir
	return c, nil
}

// installed is the folder of PostgreSQL's programs; "" where there is none.
func installed() string {
	if name, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(name)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

// giveAway makes the folder that of a user who has no rights, and names them.
func giveAway(dir string) (string, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return "", err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return "", err
	}
	return u.Username, os.Chown(dir, uid, -1)
}
