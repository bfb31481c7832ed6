# dpvd: "make help" lists what can be made.

CC     ?= gcc
BUILD  ?= build
CONFIG ?= release

ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
Q := $(if $(V),,@)

PACKAGES := libmicrohttpd libxml-2.0 libpq libcrypto libcrypt gnutls yajl zlib libcurl libseccomp
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wpointer-arith \
            -Wimplicit-fallthrough -Werror

# Release is where a warning stops the build; other levels of optimisation see ghosts.
ifneq ($(CONFIG),release)
WARNINGS := $(filter-out -Werror,$(WARNINGS))
endif

SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE_tsan := -fsanitize=thread
SANITIZE_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
ifneq ($(SANITIZE_$(CONFIG)),)
OPT    := -O1 -g
HARDEN := -fPIE $(SANITIZE_$(CONFIG)) -fno-omit-frame-pointer -DDPVD_SANITIZED
else ifeq ($(CONFIG),coverage)
OPT    := -O0 -g
HARDEN := -fPIE --coverage -fprofile-update=atomic
else
OPT    := -O2 -g
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=3 -fPIE \
          $(foreach flag,-fcf-protection -ftrivial-auto-var-init=zero,$(shell \
          $(CC) -Werror $(flag) -xc -c -o /dev/null /dev/null 2>/dev/null && echo $(flag)))
endif

OUT      := $(BUILD)/$(CONFIG)
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
PACKAGE_LIBS   := $(shell pkg-config --libs gsoap $(PACKAGES) 2>/dev/null)
CHECK_LIBS     := $(shell pkg-config --libs check 2>/dev/null)
# What sees stdsoap2.h gets the plain library's flags, never flags of its own.
GSOAP_CFLAGS   := $(shell pkg-config --cflags gsoap 2>/dev/null)
CFLAGS   += -std=c11 -D_GNU_SOURCE $(OPT) $(HARDEN) -pthread -Isrc -isystem generated $(PACKAGE_CFLAGS)
LDFLAGS  += $(filter -fsanitize=% --coverage,$(HARDEN)) -pie -Wl,-z,relro,-z,now -pthread
# Tests that use no SOAP have not the symbols that libgsoap wants of its user. The sanitizers' own
# crypt_r makes libcrypt look unneeded, and then calls it.
LDLIBS   += $(shell pkg-config --libs libcrypt 2>/dev/null) -Wl,--as-needed $(PACKAGE_LIBS)

GENERATED := $(addprefix generated/,soapC.c soapServer.c operations.c embedded.c \
             soapH.h soapStub.h operations.h embedded.h)
SOURCES  := $(wildcard src/*/*.c)
OBJECTS  := $(SOURCES:%.c=$(OUT)/%.o) $(patsubst %.c,$(OUT)/%.o,$(filter %.c,$(GENERATED)))
LIBRARY  := $(OUT)/libdpvd.a
DPVD     := $(OUT)/dpvd
UNIT     := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(wildcard tests/unit/test_*.c))
INTEGRATION := $(patsubst tests/integration/%.c,$(OUT)/integration/%,$(wildcard tests/integration/test_*.c))
SUPPORT  := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/support/*.c))
FAULTS   := $(OUT)/faults.so
TESTED   := $(patsubst $(OUT)/%,$(OUT)/tests/%.o,$(UNIT) $(INTEGRATION))

all: $(DPVD) ## build the server: build/release/dpvd (CC=clang, CONFIG=asan|tsan|coverage, V=1)

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9 -]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

generate: $(GENERATED) ## fill generated/ from wsdl/ and sql/
$(GENERATED) &: $(wildcard wsdl/* sql/*.sql scripts/*.py) scripts/generate.sh
	scripts/generate.sh

# Rewritten when the compiler or its flags change, which makes every object anew.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(GSOAP_CFLAGS) $(WARNINGS)' | cmp -s - $@ || \
	    echo '$(CC) $(CFLAGS) $(GSOAP_CFLAGS) $(WARNINGS)' >$@
ifeq ($(PACKAGE_LIBS),)
	@echo "libraries are missing; install them with: scripts/install-deps.sh" >&2; exit 1
endif

$(DPVD): $(OUT)/src/main.o $(LIBRARY)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@echo "  AR  $@"
	$(Q)rm -f $@ && ar rcs $@ $^

# Private, for what an object needs is made with the plain flags.
$(OUT)/src/soap/%.o: private CFLAGS += $(GSOAP_CFLAGS)
$(OUT)/tests/%.o: private CFLAGS += $(GSOAP_CFLAGS) -Itests
$(OUT)/generated/%.o: private CFLAGS += $(GSOAP_CFLAGS)
$(OUT)/generated/%.o: private WARNINGS := -w

$(OUT)/%.o: %.c $(OUT)/flags | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(CFLAGS) $(WARNINGS) -MD -MP -c -o $@ $<

$(UNIT) $(INTEGRATION): $(OUT)/%: $(OUT)/tests/%.o $(SUPPORT) $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(CHECK_LIBS)

# Preloaded into a dpvd of any kind, so without what the sanitizers add.
$(FAULTS): tests/faults/faults.c tests/faults/faults.h
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fno-builtin -Itests $(WARNINGS) -shared -o $@ $<

-include $(OBJECTS:.o=.d) $(OUT)/src/main.d $(TESTED:.o=.d) $(SUPPORT:.o=.d)
-include tests/bench/bench.mk
-include tests/fuzz/fuzz.mk
include tests/torture/torture.mk

# What follows installs what is missing first, and then asks make anew: only then the packages'
# flags are known.

run: ## run it with a private database in var/ (ARGS: options of scripts/dev.sh)
	@scripts/install-deps.sh build
	@$(MAKE) --no-print-directory all
	@scripts/dev.sh run $(ARGS)

check: ## all tests: unit, integration, e2e
	@scripts/install-deps.sh build test
	@$(MAKE) --no-print-directory programs
	@$(RUN_TESTS) unit integration e2e

rules: $(DPVD) ## print all checks of a message in their order, with the answer to each
	@$(DPVD) rules

RUN_TESTS = DPVD_BIN=$(abspath $(DPVD)) DPVD_BUILD=$(abspath $(OUT)) scripts/run-tests.sh
programs: $(DPVD) $(UNIT) $(INTEGRATION) $(FAULTS) $(TORTURE_CLOCK)
unit: $(UNIT) ## tests of pure code
	@$(RUN_TESTS) unit
integration: $(DPVD) $(INTEGRATION) ## tests with a private PostgreSQL
	@$(RUN_TESTS) integration
e2e: $(DPVD) $(FAULTS) $(TORTURE_CLOCK) ## tests of the running server
	@$(RUN_TESTS) e2e

failover: $(DPVD) ## N=50 fail-overs between three PostgreSQL nodes, and ten times as many cut commits
	@DPVD_BIN=$(abspath $(DPVD)) DPVD_FAILOVERS=$(or $(N),50) DPVD_CANCELS=$$((10 * $(or $(N),50))) \
	    tests/e2e/test_failover.py

faults: $(DPVD) $(FAULTS) ## one call of each kind with a fault at every allocation, read and write
	@DPVD_BIN=$(abspath $(DPVD)) /usr/bin/python3 tests/e2e/test_faults.py all

asan: ## all tests under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory check CONFIG=asan

tsan: ## end-to-end tests under ThreadSanitizer
	@scripts/install-deps.sh build test
	@$(MAKE) --no-print-directory e2e CONFIG=tsan

torture: ## kill, stop and fill everything under load, T=30 minutes, SEED=n; nothing may be lost
bench: ## measure against pgbench on the same cluster; prints the table of ratios
fuzz: ## run each fuzz target for T seconds (T=60 TARGET=guard); what it finds is kept
soak: ## insert N=100000 letters, show what grows meanwhile

coverage: ## all tests, then the share of lines that ran, file by file
	@$(MAKE) --no-print-directory check CONFIG=coverage; status=$$?; \
	    scripts/coverage.sh $(BUILD)/coverage; exit $$status

lint: ## format, clang-tidy, cppcheck, gcc -fanalyzer, clang, shellcheck, the house plan
	@scripts/install-deps.sh build test lint
	@$(MAKE) --no-print-directory lint-now
lint-now: $(GENERATED)
	@LINT_CFLAGS='$(CFLAGS) $(GSOAP_CFLAGS) -Itests' LINT_WARNINGS='$(WARNINGS)' scripts/lint.sh

format: ## lay out src/ and tests/ by .clang-format
	@find src tests -name node_modules -prune -o -name '*.[ch]' -print | xargs clang-format -i

PREFIX ?= /usr/local
install: $(DPVD) ## install program, example settings and systemd unit below DESTDIR and PREFIX
	install -D -m 755 $(DPVD) $(DESTDIR)$(PREFIX)/sbin/dpvd
	install -D -m 644 scripts/dpvd.conf.example $(DESTDIR)$(PREFIX)/share/doc/dpvd/dpvd.conf.example
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/dpvd/LICENSE
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system scripts/dpvd.service scripts/dpvd-work.service

clean: ## remove what was built and generated; var/ stays
	rm -rf $(BUILD)
	find generated -type f ! -name README.md -delete

.PHONY: all help generate run rules check programs unit integration e2e failover faults asan tsan coverage \
        lint lint-now \
        format install clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:
