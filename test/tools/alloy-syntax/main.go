// alloy-syntax does what `alloy fmt` does, with the parser and the printer that it uses:
//
//	alloy-syntax fmt FILE      prints the file as Alloy formats it
//	alloy-syntax values FILE   prints the value of each attribute outside of blocks, as JSON
//	alloy-syntax check FILE    says what is wrong with the file's components, as far as components.go knows them
//	alloy-syntax version       prints the version of the module that it is made of
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/diag"
	"github.com/grafana/alloy/syntax/parser"
	"github.com/grafana/alloy/syntax/printer"
	"github.com/grafana/alloy/syntax/vm"
)

const module = "github.com/grafana/alloy/syntax"

func main() {
	if err := run(os.Args[1:]); err != nil {
		var diags diag.Diagnostics
		if errors.As(err, &diags) {
			for _, each := range diags {
				fmt.Fprintln(os.Stderr, each)
			}
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "version" {
		return printVersion()
	}
	if len(args) != 2 {
		return errors.New("usage: alloy-syntax fmt|values|check FILE")
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(args[1], text)
	if err != nil {
		return err
	}
	switch args[0] {
	case "values":
		return printValues(file)
	case "check":
		return check(file)
	case "fmt":
		return format(file)
	default:
		return fmt.Errorf("unknown command %s", args[0])
	}
}

func format(file *ast.File) error {
	if err := printer.Fprint(os.Stdout, file); err != nil {
		return err
	}
	_, err := fmt.Println()
	return err
}

func printValues(file *ast.File) error {
	values := map[string]any{}
	for _, statement := range file.Body {
		attribute, ok := statement.(*ast.AttributeStmt)
		if !ok {
			continue
		}
		var value any
		if err := vm.New(attribute.Value).Evaluate(nil, &value); err != nil {
			return err
		}
		values[attribute.Name.Name] = value
	}
	return json.NewEncoder(os.Stdout).Encode(values)
}

func printVersion() error {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			_, err := fmt.Println(dependency.Path, dependency.Version)
			return err
		}
	}
	return errors.New("built without " + module)
}
