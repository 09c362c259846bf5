package main

import (
	"context"
	"io"

	"github.com/urfave/cli/v3"
)

// bashCompletion stands in for the library's, which works only where the package bash-completion is loaded, and runs
// what is typed in $( ) when Tab is pressed. Where nothing is offered, bash offers files.
const bashCompletion = `# Completion of greenwatch for bash: source it, or put it into /etc/bash_completion.d/.
_greenwatch() {
  local current=${COMP_WORDS[COMP_CWORD]} asked=("${COMP_WORDS[@]:1:COMP_CWORD-1}") line
  [[ $current == -* ]] && asked+=("$current")
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%:*}
    [[ -n $line && $line == "$current"* ]] && COMPREPLY+=("$line")
  done < <("${COMP_WORDS[0]/#~/$HOME}" "${asked[@]}" --generate-shell-completion 2>/dev/null)
}
complete -o bashdefault -o default -F _greenwatch greenwatch
`

// completion shows the library's command, and gives bash a script of our own.
func completion(c *cli.Command) {
	c.Hidden = false
	c.Usage = "print the script that completes commands: bash, zsh, fish or pwsh"
	c.Description = "bash: source <(greenwatch completion bash)\n" +
		"zsh:  source <(greenwatch completion zsh)\n" +
		"fish: greenwatch completion fish > ~/.config/fish/completions/greenwatch.fish"
	for _, shell := range c.Commands {
		if shell.Name == "bash" {
			shell.Action = func(_ context.Context, c *cli.Command) error {
				_, err := io.WriteString(c.Root().Writer, bashCompletion)
				return err
			}
		}
	}
}
