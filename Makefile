CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/greenwatch/bin

.PHONY: help demo test lint faults walks fmt bench build dist ci
.DEFAULT_GOAL := help

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: ## run against simulated services: no account, no network
	go run . demo

test: ## run the tests
	go test ./...

lint: tools ## check formatting and style
	go vet ./...
	$(CACHE)/golangci-lint run ./...

faults: ## inject every fault of docs/reliability.md: some minutes
	go test -run='TestFault$$|TestRefusal$$' -timeout=60m . -all-faults

walks: ## let everything happen at random to the whole program, for three virtual hours, twenty times
	go test -run='TestWalk$$' -timeout=30m . -walks 20

fmt: tools ## format the code
	$(CACHE)/gofumpt -w .

bench: ## run the benchmarks
	go test -run='^$$' -bench=. -benchmem ./...

build: ## make the static binary ./greenwatch
	bash .ci/build "$$(go env GOOS)" "$$(go env GOARCH)" greenwatch

dist: ## make dist/: archives for all systems, packages for Debian, SHA256SUMS
	bash .ci/dist

ci: ## everything that must pass before a change is taken
	bash .ci/run

.PHONY: tools
tools:
	@bash .ci/tools >/dev/null
