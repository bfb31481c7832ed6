# make bench: the load generator and the measurement (run.py); included by the Makefile.
LOAD         := $(OUT)/bench/load
LOAD_OBJECTS := $(patsubst %,$(OUT)/tests/bench/%.o,load client envelope)

$(LOAD): $(LOAD_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

bench:
	@scripts/install-deps.sh build
	@$(MAKE) --no-print-directory bench-now
bench-now: $(DPVD) $(LOAD)
	@tests/bench/run.py --dpvd $(DPVD) --load $(LOAD)

.PHONY: bench bench-now
-include $(LOAD_OBJECTS:.o=.d)
