# make fuzz: targets under libFuzzer and sanitizers (clang), and the same targets without it, which run
# over the corpus in make check; included by the Makefile.
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_SHARED  := $(filter-out $(FUZZ_SOURCES) tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
FUZZ         := $(FUZZ_SOURCES:tests/fuzz/%.c=$(OUT)/fuzz/%)
FUZZ_MAIN    := $(if $(filter fuzz,$(CONFIG)),,$(OUT)/tests/fuzz/replay.o)
FUZZ_LDFLAGS := $(if $(filter fuzz,$(CONFIG)),-fsanitize=fuzzer)

# tests/fuzz/store.c takes their places.
FUZZ_WRAPPED := db_open db_ensure facts_load caller_verify caller_authenticate message_store_put \
                message_store_refuse audit_store_add log_write
FUZZ_REQUEST := $(patsubst %,$(OUT)/fuzz/fuzz_%,basic external receipt token)
$(FUZZ_REQUEST): private FUZZ_LDFLAGS += $(FUZZ_WRAPPED:%=-Wl,--wrap=%)
$(FUZZ_REQUEST): $(patsubst %,$(OUT)/tests/fuzz/%.o,request store)

$(FUZZ): $(OUT)/fuzz/%: $(OUT)/tests/fuzz/%.o $(FUZZ_MAIN) $(patsubst %,$(OUT)/tests/fuzz/%.o,fuzz lines) \
         $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS) $(FUZZ_LDFLAGS) -o $@ $(filter %.o,$^) $(LIBRARY) $(LDLIBS)

programs unit: $(FUZZ)

fuzz:
	@scripts/install-deps.sh build fuzz
	@$(MAKE) --no-print-directory fuzz-now CC=clang CONFIG=fuzz
fuzz-now: $(FUZZ)
	@tests/fuzz/run.sh $(OUT)/fuzz $(or $(T),60) $(TARGET)

.PHONY: fuzz fuzz-now
-include $(patsubst tests/%.c,$(OUT)/tests/%.d,$(wildcard tests/fuzz/*.c))
