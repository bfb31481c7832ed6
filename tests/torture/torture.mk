# make torture: faults under load (torture.py), and the clock that it moves; included by the Makefile.
TORTURE_CLOCK := $(OUT)/torture/clock.so

$(TORTURE_CLOCK): tests/torture/clock.c $(OUT)/flags
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(OPT) $(WARNINGS) -std=c11 -D_GNU_SOURCE -fPIC -shared -o $@ $<

torture:
	@scripts/install-deps.sh build test
	@$(MAKE) --no-print-directory torture-now
torture-now: $(DPVD) $(TORTURE_CLOCK)
	@DPVD_BIN=$(abspath $(DPVD)) DPVD_BUILD=$(abspath $(OUT)) tests/torture/torture.py --minutes $(or $(T),30) \
	    $(if $(SEED),--seed $(SEED))

.PHONY: torture torture-now
