# SPDX-License-Identifier: BSD-3-Clause
"""Computes vorticity and Q by ParaView, from the fields u, v, w of a cube; for pvpython:

    pvpython --force-offscreen-rendering bench_paraview.py INPUT EDGE

Prints seconds, of reading and computing alone, and the peak of resident memory in MiB. Writes a
description beside INPUT, for ParaView reads plain HDF5 through one.
"""

import os
import resource
import sys
import time

from paraview import simple

FIELD = """<Attribute Name="{0}" AttributeType="Scalar" Center="Node">
<DataItem Format="HDF" NumberType="Float" Precision="4" Dimensions="{1} {1} {1}">{2}:/{0}</DataItem>
</Attribute>
"""
GRID = """<?xml version="1.0"?>
<Xdmf Version="2.0">
<Domain>
<Grid Name="cube" GridType="Uniform">
<Topology TopologyType="3DCoRectMesh" Dimensions="{0} {0} {0}"/>
<Geometry GeometryType="ORIGIN_DXDYDZ">
<DataItem Format="XML" NumberType="Float" Precision="8" Dimensions="3">0 0 0</DataItem>
<DataItem Format="XML" NumberType="Float" Precision="8" Dimensions="3">1 1 1</DataItem>
</Geometry>
{1}</Grid>
</Domain>
</Xdmf>
"""


def main():
    source, edge = sys.argv[1:]
    fields = "".join(FIELD.format(name, edge, os.path.basename(source)) for name in "uvw")
    with open(source + ".xmf", "w", encoding="utf-8") as file:
        file.write(GRID.format(edge, fields))
    start = time.perf_counter()
    reader = simple.Xdmf3ReaderS(FileName=[os.path.abspath(source) + ".xmf"])
    vector = simple.MergeVectorComponents(Input=reader, XArray="u", YArray="v", ZArray="w",
                                          OutputVectorName="flow")
    gradient = simple.Gradient(Input=vector, ScalarArray=["POINTS", "flow"], ComputeGradient=0,
                               ComputeVorticity=1, ComputeQCriterion=1)
    gradient.UpdatePipeline()
    seconds = time.perf_counter() - start
    found = set(gradient.PointData.keys())
    if not {"Vorticity", "Q Criterion"} <= found:
        raise SystemExit("bench_paraview: computed only " + ", ".join(sorted(found)))
    print("%.6f %.1f" % (seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


main()
