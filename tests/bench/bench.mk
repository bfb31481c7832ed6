# make bench and make soak: the load generator and the measurements; included by the Makefile.
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

# make soak N=1000000
soak:
	@scripts/install-deps.sh build
	@$(MAKE) --no-print-directory soak-now
soak-now: $(DPVD) $(LOAD)
	@tests/bench/soak.py --dpvd $(DPVD) --load $(LOAD) $(or $(N),100000)

.PHONY: bench bench-now soak soak-now
-include $(LOAD_OBJECTS:.o=.d)
