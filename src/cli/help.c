/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

static const char help_what[] =
    "Usage: h5grad [OPTION]... INPUT OUTPUT\n"
    "       h5grad --list [OPTION]... INPUT\n"
    "\n"
    "Computes gradients of the fields of an HDF5 file (also netCDF-4, MATLAB 7.3,\n"
    ".vtkhdf), as torch.gradient does: one dataset per field and axis in the new\n"
    "HDF5 file OUTPUT. Without options: every field along every axis, with the\n"
    "spacing that INPUT gives for its axes.\n"
    "\n"
    "What is differentiated\n"
    "  -d, --dataset=PATH    this dataset only; may be repeated; a shell pattern such\n"
    "                        as '/fields/*' matches whole paths\n"
    "      --dim=LIST        axes, such as 0,2 or -1, or names where INPUT names its\n"
    "                        axes (default: all)\n"
    "\n"
    "How\n"
    "  -s, --spacing=LIST    auto (default): what INPUT says about each axis, else 1;\n"
    "                        or one number for all axes; or an entry for each axis of\n"
    "                        --dim: a number, or the path of a 1-D dataset\n"
    "      --coord=DIM=PATH  the coordinates of one axis, over what --spacing says;\n"
    "                        may be repeated; FILE:PATH is in another file,\n"
    "                        PATH@ATTRIBUTE an attribute that holds numbers\n"
    "      --edges=midpoint  where an axis has one coordinate too many: they are the\n"
    "                        edges of cells, whose midpoints count\n"
    "      --no-unpack       take stored numbers as they are: no scale factors, no\n"
    "                        missing values\n"
    "  -e, --edge-order=N    order of the differences at the two ends, 1 (default) or\n"
    "                        2\n"
    "  -t, --dtype=TYPE      type of the results: float16, float32, float64 (default:\n"
    "                        by the type of the source)\n"
    "\n";

static const char help_results[] =
    "The results\n"
    "      --name=TEMPLATE   name of a result, beside its source (default:\n"
    "                        '{name}_grad_{dim}'); {name} is the name of the source,\n"
    "                        {dim} the number of the axis, {axis} its name\n"
    "      --layout=LAYOUT   same (default: as the source), contiguous, or the shape\n"
    "                        of chunks, such as 64x64x64\n"
    "      --filter=LIST     same (default: as the source), none, or filters joined\n"
    "                        by '+', such as shuffle+gzip=4\n"
    "      --no-history      write no history: equal runs make equal files\n"
    "      --xdmf            write OUTPUT.xmf, too, for ParaView and VisIt\n"
    "  -O, --overwrite       replace an existing OUTPUT\n"
    "\n"
    "Safety\n"
    "      --sync            OUTPUT is on stable storage before success is reported\n"
    "      --checkpoint      keep what is done when the run is stopped or dies\n"
    "      --resume          go on with a run of the same options that was stopped;\n"
    "                        includes --checkpoint\n"
    "      --follow-external follow links and storage out of the folder of INPUT\n"
    "      --allow-plugins   let HDF5 load filter plugins\n"
    "\n"
    "The machine\n"
    "  -j, --threads=N       (default: OMP_NUM_THREADS, else all processors that this\n"
    "                        process may use)\n"
    "  -m, --memory=SIZE     limit on memory, such as 512M or 2G (default: 1G, or a\n"
    "                        quarter of what there is, if that is less)\n"
    "\n"
    "What is printed\n"
    "  -n, --dry-run         print what would be done, touch nothing\n"
    "  -l, --list            print the fields of INPUT, what is known of their axes\n"
    "      --json            print the list, the plan, or how the run went as JSON\n"
    "      --progress=WHEN   auto (default), always or never\n"
    "  -q, --quiet           only errors\n"
    "  -v, --verbose         also what is left out and why, and how each dataset is\n"
    "                        read and written\n"
    "  -h, --help            print this text\n"
    "  -V, --version         print the versions of h5grad and its libraries\n"
    "\n";

static const char help_end[] =
    "Exit status: 0 done; 1 failed, nothing at OUTPUT; 2 wrong usage; 75 stopped, to\n"
    "be resumed; 128+N stopped by signal N.\n"
    "\n"
    "Examples\n"
    "  h5grad simulation.h5 gradients.h5\n"
    "  h5grad -d /u -d /v --dim=0,1 -s 0.5,0.25 simulation.h5 gradients.h5\n"
    "  h5grad -d '/fields/*' --coord 0=/grid/z -e 2 simulation.h5 gradients.h5\n";

void help_print(FILE *out)
{
    fputs(help_what, out);
    fputs(help_results, out);
    fputs(help_end, out);
}
