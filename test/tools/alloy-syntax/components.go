// A typed model of the components in use. Arguments are the fields of Alloy v1.18.1's own structs of the same names, no
// others; Alloy's evaluator fills them from the file, and so refuses unknown ones, wrong types and references to nothing.
package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/vm"
)

// receiver stands for the channel that components hand lines to.
type receiver struct{}

func (receiver) AlloyCapsule() {}

type target = map[string]string

type component struct {
	arguments func() any
	exports   map[string]any
}

var toReceiver = map[string]any{"receiver": receiver{}}

var components = map[string]component{
	"logging":                {func() any { return &logging{} }, nil},
	"discovery.kubernetes":   {func() any { return &discoveryKubernetes{} }, map[string]any{"targets": []target{}}},
	"discovery.relabel":      {func() any { return &discoveryRelabel{} }, map[string]any{"output": []target{}}},
	"loki.source.kubernetes": {func() any { return &sourceKubernetes{} }, nil},
	"loki.process":           {func() any { return &process{} }, toReceiver},
	"loki.write":             {func() any { return &write{} }, toReceiver},
}

type logging struct {
	Level  string `alloy:"level,attr,optional"`
	Format string `alloy:"format,attr,optional"`
}

func (l *logging) Validate() error {
	return errors.Join(oneOf("level", l.Level, "error", "warn", "info", "debug"), oneOf("format", l.Format, "logfmt", "json"))
}

type discoveryKubernetes struct {
	Role      string `alloy:"role,attr"`
	Selectors []struct {
		Role  string `alloy:"role,attr"`
		Label string `alloy:"label,attr,optional"`
		Field string `alloy:"field,attr,optional"`
	} `alloy:"selectors,block,optional"`
}

func (d *discoveryKubernetes) Validate() error {
	return oneOf("role", d.Role, "pod", "service", "endpoints", "endpointslice", "node", "ingress")
}

type discoveryRelabel struct {
	Targets []target `alloy:"targets,attr"`
	Rules   []rule   `alloy:"rule,block,optional"`
}

type rule struct {
	SourceLabels []string `alloy:"source_labels,attr,optional"`
	Regex        string   `alloy:"regex,attr,optional"`
	TargetLabel  string   `alloy:"target_label,attr,optional"`
	Action       string   `alloy:"action,attr,optional"`
}

func (r *rule) Validate() error {
	_, err := regexp.Compile(r.Regex)
	return errors.Join(err, oneOf("action", r.Action, "", "replace", "keep", "drop", "labeldrop", "labelkeep"))
}

type sourceKubernetes struct {
	Targets   []target   `alloy:"targets,attr"`
	ForwardTo []receiver `alloy:"forward_to,attr"`
}

type process struct {
	ForwardTo []receiver `alloy:"forward_to,attr"`
	Stages    []stage    `alloy:"stage,enum,optional"`
}

type stage struct {
	JSON               *stageJSON   `alloy:"json,block,optional"`
	Labels             *stageValues `alloy:"labels,block,optional"`
	StructuredMetadata *stageValues `alloy:"structured_metadata,block,optional"`
	LabelKeep          *stageNames  `alloy:"label_keep,block,optional"`
	LabelDrop          *stageNames  `alloy:"label_drop,block,optional"`
	Limit              *stageLimit  `alloy:"limit,block,optional"`
}

type stageJSON struct {
	Expressions   map[string]string `alloy:"expressions,attr,optional"`
	DropMalformed bool              `alloy:"drop_malformed,attr,optional"`
}

func (s *stageJSON) Validate() error {
	if len(s.Expressions) == 0 {
		return errors.New("JMES expressions or regex is required")
	}
	return nil
}

type stageValues struct {
	Values map[string]*string `alloy:"values,attr"`
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (s *stageValues) Validate() error {
	for name := range s.Values {
		if !labelName.MatchString(name) {
			return fmt.Errorf("invalid label name: %s", name)
		}
	}
	return nil
}

type stageNames struct {
	Values []string `alloy:"values,attr"`
}

func (s *stageNames) Validate() error {
	if len(s.Values) == 0 {
		return errors.New("stage config cannot be empty")
	}
	return nil
}

type stageLimit struct {
	Rate        float64 `alloy:"rate,attr"`
	Burst       int     `alloy:"burst,attr"`
	Drop        bool    `alloy:"drop,attr,optional"`
	ByLabelName string  `alloy:"by_label_name,attr,optional"`
}

func (s *stageLimit) Validate() error {
	if s.Rate <= 0 || s.Burst <= 0 {
		return errors.New("limit stage failed to parse rate or burst")
	}
	if s.ByLabelName != "" && !s.Drop {
		return errors.New("when ratelimiting by label, drop must be true")
	}
	return nil
}

type write struct {
	Endpoints      []endpoint        `alloy:"endpoint,block,optional"`
	ExternalLabels map[string]string `alloy:"external_labels,attr,optional"`
}

type endpoint struct {
	URL        string        `alloy:"url,attr"`
	BatchWait  time.Duration `alloy:"batch_wait,attr,optional"`
	BatchSize  bytes         `alloy:"batch_size,attr,optional"`
	MinBackoff time.Duration `alloy:"min_backoff_period,attr,optional"`
	MaxBackoff time.Duration `alloy:"max_backoff_period,attr,optional"`
	MaxRetries int           `alloy:"max_backoff_retries,attr,optional"`
}

func (e *endpoint) Validate() error {
	parsed, err := url.Parse(e.URL)
	if err == nil && parsed.Host == "" {
		err = fmt.Errorf("failed to parse remote url %q", e.URL)
	}
	return err
}

type bytes struct{ text string }

var sizeForm = regexp.MustCompile(`^[0-9]+([KMGTPE]i?)?B$`)

func (b *bytes) UnmarshalText(text []byte) error {
	b.text = string(text)
	if !sizeForm.Match(text) {
		return fmt.Errorf("units: invalid %q", b.text)
	}
	return nil
}

func oneOf(what, value string, known ...string) error {
	for _, each := range known {
		if each == value {
			return nil
		}
	}
	return fmt.Errorf("%s: %q is none of %s", what, value, strings.Join(known, ", "))
}

// check evaluates every block as Alloy does when it starts, with each component's exports in scope.
func check(file *ast.File) error {
	blocks := []*ast.BlockStmt{}
	declared := map[string]bool{}
	exported := map[string]any{}
	for _, statement := range file.Body {
		block, ok := statement.(*ast.BlockStmt)
		if !ok {
			return errors.New("an attribute outside of a component")
		}
		known, ok := components[block.GetBlockName()]
		if !ok {
			return fmt.Errorf("cannot find the definition of component name %q", block.GetBlockName())
		}
		path := block.Name
		if block.Label != "" {
			path = append(append([]string{}, path...), block.Label)
		}
		id := strings.Join(path, ".")
		if declared[id] {
			return fmt.Errorf("block %s already declared", id)
		}
		declared[id] = true
		blocks = append(blocks, block)
		put(exported, path, known.exports)
	}
	for _, block := range blocks {
		arguments := components[block.GetBlockName()].arguments()
		if err := vm.New(block.Body).Evaluate(vm.NewScope(exported), arguments); err != nil {
			return fmt.Errorf("%s %q: %w", block.GetBlockName(), block.Label, err)
		}
	}
	return nil
}

// put sets the value at the end of the path, making the levels above it.
func put(into map[string]any, path []string, value map[string]any) {
	for _, part := range path[:len(path)-1] {
		next, ok := into[part].(map[string]any)
		if !ok {
			next = map[string]any{}
			into[part] = next
		}
		into = next
	}
	into[path[len(path)-1]] = value
}
