#!/bin/bash
# All sources are formatted as .swift-format and .clang-format say.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift format lint --strict --recursive Sources Tests Package.swift
git ls-files -z '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror
