# `make lab` opens the course. `make test` runs everything that must hold. The rest is for
# contributors; CONTRIBUTING.md says when to use which.
#
#   make lab  PYTHON=python3.12      another Python for the environment
#   make lab  LAB_ARGS=--no-browser  passed on to JupyterLab
#   make notebooks NB=notebooks/03_3_gradients.ipynb

.DEFAULT_GOAL := lab
.SHELLFLAGS := -eu -c
NB ?= notebooks exercises solutions
VENV := .venv
BIN := $(VENV)/bin

# One BLAS thread: the networks here are small, and threads would compete with -n 2.
# A contributor's own Jupyter and IPython settings must not change a result.
RUN := env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 IPYTHONDIR=$(CURDIR)/$(VENV)/ipython \
	JUPYTER_CONFIG_DIR=$(CURDIR)/$(VENV)/jupyter JUPYTER_DATA_DIR=$(CURDIR)/$(VENV)/jupyter \
	JUPYTER_PATH= JUPYTER_CONFIG_PATH= $(BIN)/

.PHONY: notebooks
notebooks:
	$(RUN)python tests/store_notebooks.py $(NB)
