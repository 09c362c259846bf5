package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// What the linker says of the build (.ci/build): an archive of the sources and a container have no history to ask.
var release, commit string

// version is the release, as in v1.4.0, or what Go knows of the build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return cmp.Or(release, info.Main.Version, "(devel)")
	}
	return cmp.Or(release, "(devel)")
}

// edition is the version with all that helps to make the same program again.
func edition() string {
	from := commit
	if info, ok := debug.ReadBuildInfo(); ok && from == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				from = s.Value
			}
		}
	}
	return fmt.Sprintf("greenwatch %s (commit %s, %s, %s/%s)",
		version(), cmp.Or(from, "not known"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
