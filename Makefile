# `make lab` opens the course. `make test` runs everything that must hold. The other targets are
# for contributors; CONTRIBUTING.md says when to use which.
#
#   make lab PYTHON=python3.12         with a Python of your choice (for a new environment)
#   make lab LAB_ARGS=--no-browser     what else JupyterLab is to be told
#   make test VENV=.venv-3.12          in another environment
#   make notebooks NB=notebooks/03_3_gradients.ipynb

VENV ?= .venv
NB ?= notebooks exercises solutions
JOBS ?= 2
KERNELS ?= 3
FORKED ?= -p tests.conftest -p tests.forked_kernels
COVERAGE ?= -m slipcover --source course_lib --threshold 1000 --skip-covered
PYTHONS ?= 3.11 3.12 3.13
ENVS ?= .venv
BENCH ?= .venv-bench
EXTRAS := tests,browser
BIN = $(abspath $(VENV))/bin

# The first Python on the PATH that the course is tested on.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
NO_PYTHON := The course needs Python 3.11, 3.12 or 3.13, and none is on the PATH. \
	Install one, or say where it is: make lab PYTHON=/path/to/python3.12

ifneq ($(shell command -v uv 2>/dev/null),)
CREATE = uv venv --quiet --allow-existing --no-python-downloads --python $(PYTHON) $(VENV)
INSTALL = uv pip install --quiet --python $(BIN)/python
else
CREATE = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

# One BLAS thread: the networks are small, and threads would compete with the second worker.
# A contributor's own settings of Jupyter and IPython must not change a result, and checking the
# exercises of the course must not count as a contributor's progress.
RUN = env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 \
	IPYTHONDIR=$(abspath $(VENV))/ipython JUPYTER_CONFIG_DIR=$(abspath $(VENV))/jupyter \
	JUPYTER_DATA_DIR=$(abspath $(VENV))/jupyter JUPYTER_CONFIG_PATH= JUPYTER_PATH= \
	XDG_DATA_HOME=$(abspath $(VENV))/data

# Compiled modules are kept even where the machine says otherwise: an import is 3 times as fast.
unexport PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.DEFAULT_GOAL := lab
.PHONY: lab test lint unit nbval format notebooks stubs versions bench bench-speed bench-quick \
	bench-scaling bench-labs bench-grading try-release try-gradescope try-nbgrader

lab: $(VENV)/learner.stamp
# Without --notebook-dir a learner would see notebooks/ alone, and no exercise.
	PATH="$(BIN):$$PATH" jupyter lab --notebook-dir=. $(LAB_ARGS) notebooks/00_start_here.ipynb

# A students' copy has no tests/: there, the notebooks are what is tested.
test: $(if $(wildcard tests),lint unit) nbval

lint: $(VENV)/tests.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers $(JOBS)

# Coverage costs less if what has been run is looked for after 1000 probes than, as usual, after 50.
unit: $(VENV)/tests.stamp
	$(RUN) MPLBACKEND=agg $(BIN)/python $(COVERAGE) -m pytest -p no:nbval \
		-n $(JOBS) --dist worksteal --durations=10

# Notebooks are stored with one hash seed and compared with another: whatever depends on the
# order of a set shows here. What runs several at a time comes with the tests; three, since a kernel
# that starts or ends leaves its core idle. With FORKED= each kernel starts anew, as a learner's does.
nbval: $(VENV)/$(if $(wildcard tests),tests,learner).stamp
	$(RUN) PYTHONHASHSEED=1 $(BIN)/python -m pytest \
		$(if $(wildcard tests),$(FORKED) -n $(KERNELS) --dist loadfile --durations=10) \
		--nbval --nbval-current-env --nbval-sanitize-with=notebooks/nbval.cfg \
		$(wildcard notebooks exercises solutions)

format: $(VENV)/tests.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(VENV)/tests.stamp
	$(RUN) PYTHONHASHSEED=0 $(BIN)/python tests/store_notebooks.py --jobs $(JOBS) $(NB)

# Exercises are made from their solutions: make stubs, or make stubs SLUGS=03_3_gradients.
stubs: $(VENV)/tests.stamp
	$(RUN) PYTHONHASHSEED=0 $(BIN)/course stubs $(SLUGS)

# Everything that is measured; on an idle machine. Each of them can be run by itself.
bench: bench-speed bench-scaling bench-labs bench-grading

# How fast training is, beside other libraries. They are installed by pip into an environment of
# their own. bench-quick takes under a minute, and whoever is there already.
bench-speed: $(BENCH)/bench.stamp
	PYTHONPATH=tests $(BENCH)/bin/python -m benchmarks.bench_speed

bench-quick: $(VENV)/tests.stamp
	PYTHONPATH=tests $(firstword $(wildcard $(BENCH)/bin/python) $(BIN)/python) \
		-m benchmarks.bench_speed --quick

$(BENCH)/bench.stamp: pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

# How the cost of training grows, a run of a million steps among others; stores a picture.
bench-scaling: $(VENV)/tests.stamp
	$(RUN) PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_scaling.py

# How fast the labs answer; on an idle machine. One of them: make bench-labs LABS=clipping_lab.
bench-labs: $(VENV)/tests.stamp
	$(RUN) PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_labs.py $(LABS)

# Each Python with both ends of every range of versions, or one of them: make version-3.12-highest.
versions: $(foreach python,$(PYTHONS),version-$(python)-lowest-direct version-$(python)-highest)

version-%: PYTHON = $(firstword $(subst -, ,$*))
version-%: VENV = $(ENVS)-$*
version-%:
	uv venv --quiet --clear --no-python-downloads --python $(PYTHON) $(VENV)
	uv pip install --quiet --python $(BIN)/python --resolution $(patsubst $(PYTHON)-%,%,$*) \
		-r requirements.txt -e '.[$(EXTRAS)]'
	touch $(VENV)/learner.stamp $(VENV)/tests.stamp
	$(MAKE) unit nbval VENV=$(VENV)

# What grading costs, beside two other graders, whose needs clash: each has an environment.
bench-grading: $(VENV)/tests.stamp .venv-nbgrader/stamp .venv-otter/stamp
	$(RUN) PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench_grading.py $(BATCHES)

.venv-nbgrader/stamp: OTHER = nbgrader==0.9.6
.venv-otter/stamp: OTHER = otter-grader==7.0.0
.venv-nbgrader/stamp .venv-otter/stamp: VENV = $(@D)
.venv-nbgrader/stamp .venv-otter/stamp:
	@echo "Installing $(OTHER) into $(VENV) ..."
	@$(CREATE)
	@$(INSTALL) $(OTHER) numpy ipykernel
	@touch $@

# A students' copy, made and tested as a student would: in an environment of its own.
try-release: $(VENV)/tests.stamp
	folder=$$(mktemp -d) && $(BIN)/course release $$folder/course --zip $$folder/course.zip \
		&& cd $$folder && env -u MAKEFLAGS -u VIRTUAL_ENV HOME=$$folder $(MAKE) -C course test \
		&& rm -r $$folder

# Gradescope's set-up run as it stands, with an environment of its own; then every solution graded.
try-gradescope: $(VENV)/tests.stamp
	$(RUN) $(BIN)/python -m pytest -p no:nbval -q tests/grading/try_gradescope.py

# The exercises as nbgrader's assignments, tried with nbgrader itself: their marks beside ours.
# One exercise: make try-nbgrader SLUGS=03_3_gradients.
try-nbgrader: $(VENV)/tests.stamp .venv-nbgrader/course.stamp
	$(RUN) PYTHONPATH=tests $(BIN)/python tests/grading/try_nbgrader.py $(SLUGS)

.venv-nbgrader/course.stamp: VENV = $(@D)
.venv-nbgrader/course.stamp: .venv-nbgrader/stamp pyproject.toml
	@$(INSTALL) -e .
	@touch $@

# A stamp is newer than what it installed from: the second run installs nothing.
$(VENV)/learner.stamp: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "$(NO_PYTHON)"; exit 1; }
	@echo "Installing the course into $(VENV) ..."
	@$(CREATE)
	@$(INSTALL) -r requirements.txt
	@$(BIN)/python -c 'import matplotlib.font_manager'  # or the first plot says that it lists fonts
	@touch $@

$(VENV)/tests.stamp: $(VENV)/learner.stamp
	@echo "Installing what the tests need into $(VENV) ..."
	@$(INSTALL) -r requirements.txt -e '.[$(EXTRAS)]'
	@touch $@
