package simtest

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema
var files embed.FS

// base makes addresses of the names, so that complaints show no path of this machine.
const base = "botapi:///"

const (
	requestSchema = "schema/botapi-requests.schema.json"
	updateSchema  = "schema/botapi-update.schema.json"
)

// loadSchemas reads the schemas once for all tests of a process: compiling takes longer than most tests.
var loadSchemas = sync.OnceValues(func() (*schemas, error) {
	s := &schemas{compiler: jsonschema.NewCompiler(), names: map[string]string{}}
	for _, name := range []string{requestSchema, updateSchema} {
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("simtest: reading the schema: %w", err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("simtest: reading the schema: %w", err)
		}
		if err := s.compiler.AddResource(base+name, doc); err != nil {
			return nil, fmt.Errorf("simtest: adding the schema: %w", err)
		}
		if root, ok := doc.(map[string]any); ok && name == requestSchema {
			s.requests, _ = root["definitions"].(map[string]any)
		}
	}
	for name := range s.requests {
		if method, ok := strings.CutSuffix(name, "Params"); ok {
			s.names[strings.ToLower(method)] = name
		}
	}
	return s, nil
})

// schemas are the two schemas, compiled as far as they have been asked for.
type schemas struct {
	requests map[string]any    // the definitions of the requests' schema
	names    map[string]string // of the definitions, by the method in lower case

	mu       sync.Mutex
	compiler *jsonschema.Compiler // keeps what it has compiled
}

func (s *schemas) compile(schema, definition string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.compiler.Compile(base + schema + "#/definitions/" + definition)
	if err != nil {
		return nil, fmt.Errorf("compiling the schema: %w", err)
	}
	return out, nil
}

// match holds a value, or raw JSON, against a definition.
func (s *schemas) match(schema, definition string, value any) error {
	if raw, ok := value.(json.RawMessage); ok {
		var err error
		if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(raw)); err != nil {
			return fmt.Errorf("no JSON: %w", err)
		}
	}
	compiled, err := s.compile(schema, definition)
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}
