/* SPDX-License-Identifier: BSD-3-Clause */
#include "values/meaning.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/*
 * Names without '*' are whole; '*' at an end stands for anything. A name in capitals, or with
 * characters other than letters and digits, is compared as it is; all others with the letters and
 * digits of the attribute's name in lower case: "scalefactor" is ScaleFactor, SCALE_FACTOR and
 * "SCALE FACTOR".
 */
static const struct row {
    enum meaning meaning;
    const char *const *names;
} table[] = {
    {MEANING_TIE,
     NAMES("CLASS", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")},
    {MEANING_NAME, NAMES("NAME")},
    {MEANING_LIBRARY, NAMES("_NCProperties", "_nc3_strict")},
    {MEANING_RECORD, NAMES("unitDimension", "unitSI", "position")},

    /* Packing: scale factors of netCDF, HDF-EOS, AMSR2 and MOSDAC, scaling factors of NeXus and
     * EUMETSAT, DICOM's, the range of stored numbers of GAMIC's radars, the formulas in words of
     * KNMI, the gain of ODIM, the slope of JAXA and CMA, and NWB's conversion. */
    {MEANING_SCALE,
     NAMES("*scalefactor", "*scalingfactor", "rescaleslope", "dynrangemin", "dynrangemax")},
    {MEANING_FORMULA, NAMES("calibrationformulas")},
    {MEANING_GAIN,
     NAMES("gain", "slope", "scale", "scaling", "conversion", "conversionfactor", "multiplier")},
    {MEANING_OFFSET, NAMES("*addoffset", "offset", "intercept", "rescaleintercept")},

    /* Missing values, also of ISTP (fillval), GPM (code), ODIM and GDAL (nodata), ODIM (undetect),
     * GrADS (undef), JAXA (errordn) and KNMI (calibration). */
    {MEANING_MISSING,
     NAMES("fillvalue", "fillval", "missingvalue", "missingvalues", "missingdata",
           "codemissingvalue", "nodata", "nodatavalue", "nodataval", "undetect", "nullvalue",
           "badvalue", "invalidvalue", "undef", "undefvalue", "undefinedvalue", "errordn",
           "calibrationmissingdata", "calibrationoutofimage")},
    {MEANING_RANGE, NAMES("validmin*", "validmax*", "validrange*", "unpackedvalidrange",
                          "minimumvaliddn", "maximumvaliddn")},

    /* How and how precisely the source is stored: by netCDF (which quantizes, as CF says, too),
     * ncdump -s, MATLAB, hdf5storage of Python, Julia and PyTables. */
    {MEANING_SOURCE,
     NAMES("unsigned", "dtype", "datatype", "matlab*", "H5PATH", "python*", "juliatype", "FLAVOR",
           "EXTDIM", "_Storage", "_ChunkSizes", "_DeflateLevel", "_Shuffle", "_Fletcher32", "_Szip",
           "_Filter", "_Codecs", "_Endianness", "_NoFill", "leastsignificantdigit",
           "numberofsignificant*", "significantdigits", "significantbits", "quantiz*", "precision",
           "accuracy", "uncertainty")},
    {MEANING_IDENTITY, NAMES("checksum", "md5*", "sha1*", "sha256*")},

    /* Statistics of the values; "statistic*" of GDAL. */
    {MEANING_SOURCE,
     NAMES("min", "max", "minimum", "maximum", "minvalue", "maxvalue", "datamin", "datamax", "vmin",
           "vmax", "range", "datarange", "drange", "actual*", "mean", "average", "median", "mode",
           "sum", "rms", "std", "stddev", "standarddeviation", "variance", "percentile*",
           "histogram*", "statistic*")},

    /* How to display it, also by ERDDAP ("colorbar*") and ISTP ("scalemin", "scalemax"). */
    {MEANING_SOURCE, NAMES("IMAGE_*", "INTERLACE_MODE", "PALETTE", "PAL_*", "DISPLAY_*",
                           "displaymin", "displaymax", "displayrange", "contrastlimits",
                           "colorbar*", "colormap", "clim", "scalemin", "scalemax")},

    /* What it is called, also by ISTP (from "siconversion" on), in the vocabularies of SeaDataNet
     * ("sdn*"), by CDO (from "param" on) and netCDF-Java (from "gribvariableid" on). A target names
     * its own path in NeXus; the identities are of NWB. */
    {MEANING_SOURCE,
     NAMES("standardname", "longname", "shortname", "originalname", "description", "title",
           "vardesc", "quantity", "unit", "units", "unitsmetadata", "originalunits", "unitslong",
           "unitlong", "unitsname", "unitname", "siconversion", "catdesc", "fieldnam", "lablaxis",
           "sdnparameter*", "sdnuom*", "nodcname", "nceiname", "abbreviation", "calendar",
           "gradient_*", "param", "code", "table", "gribid", "gribparamid", "gribname",
           "gribshortname", "gribunits", "gribcf*", "gribvariableid", "grib1parameter*",
           "grib2parameter*", "gribmissingvalue", "target")},
    {MEANING_IDENTITY, NAMES("objectid", "trackingid", "uuid")},

    /* Its role: categories, a coordinate, or what another variable says of it, as the uncertainties
     * and errors of NeXus do. */
    {MEANING_SOURCE,
     NAMES("flag_values", "flag_masks", "flag_meanings", "CLIST", "axis", "bounds", "climatology",
           "formula_terms", "compress", "cf_role", "_CoordinateAxisType", "_CoordinateZisPositive",
           "ancillary_variables", "cell_measures", "uncertainties", "errors")},
    {MEANING_METHODS, NAMES("cell_methods")},

    /* By netCDF and ODIM, HDF-EOS, NeXus and its signals, openPMD, NWB and its schemas (hdmf), EMD,
     * HyperSpy, DREAM.3D, SNIRF, VTKHDF, PyTables, MATLAB, AnnData, CGNS, h5md and USID. */
    {MEANING_FORMAT,
     NAMES("conventions", "hdfeosversion", "NX_class", "nexusversion", "default", "signal", "axes",
           "*indices", "auxiliarysignals", "openpmd*", "basepath", "meshespath", "particlespath",
           "iterationencoding", "iterationformat", "nwbversion", "namespace", "neurodatatype",
           "emdgrouptype", "emdversion", "versionmajor", "versionminor", "fileformat*",
           "fileversion", "dream3d*", "formatversion", "TYPE", "Type", "VERSION", "Version",
           "pytables*", "encodingtype", "encodingversion", "usid*", "pyusid*", "label")},
};

#define LONGEST 64 /* longer than any whole name */

/* Writes the letters and digits of a name in lower case, truncated to LONGEST. */
static void simplify_name(const char *name, char out[LONGEST])
{
    size_t n = 0;
    for (; *name && n + 1 < LONGEST; name++) {
        if (isalnum((unsigned char)*name))
            out[n++] = (char)tolower((unsigned char)*name);
    }
    out[n] = '\0';
}

static bool is_simple(const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern != '*' && !islower((unsigned char)*pattern) &&
            !isdigit((unsigned char)*pattern))
            return false;
    }
    return true;
}

static bool matches_name(const char *pattern, const char *name)
{
    size_t length = strlen(pattern), own = strlen(name);
    if (pattern[length - 1] == '*')
        return strncmp(pattern, name, length - 1) == 0;
    if (*pattern == '*')
        return own + 1 >= length && strcmp(pattern + 1, name + own + 1 - length) == 0;
    return strcmp(pattern, name) == 0;
}

enum meaning hg_meaning_of(const char *attribute)
{
    char simple[LONGEST];
    simplify_name(attribute, simple);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (const char *const *name = table[i].names; *name; name++) {
            const char first = **name; /* where most names differ */
            if ((first == '*' || first == *simple || first == *attribute) &&
                matches_name(*name, is_simple(*name) ? simple : attribute))
                return table[i].meaning;
        }
    }
    return MEANING_OTHER;
}

bool hg_meaning_is_of_values(enum meaning meaning)
{
    return meaning >= MEANING_SCALE && meaning <= MEANING_RANGE;
}

/* What an attribute may not hold for. */
enum {
    RESULT = 1,
    RECORD = 2,
    COMPANION = 4,
    COPY = 8,
    GROUP = 16,
    PLAIN = 32,
};

static bool meaning_holds(const char *attribute, unsigned place)
{
    static const unsigned not_for[] = {
        [MEANING_TIE] = RESULT | RECORD | COMPANION | COPY | PLAIN,
        [MEANING_NAME] = RESULT | RECORD | COPY,
        [MEANING_LIBRARY] = RESULT | RECORD | COMPANION | COPY | GROUP,
        [MEANING_IDENTITY] = RESULT | RECORD | GROUP,
        [MEANING_RECORD] = RECORD,
        [MEANING_SCALE] = RESULT | RECORD | GROUP,
        [MEANING_GAIN] = RESULT | RECORD | GROUP,
        [MEANING_FORMULA] = RESULT | RECORD | GROUP,
        [MEANING_OFFSET] = RESULT | RECORD | GROUP,
        [MEANING_MISSING] = RESULT | RECORD | GROUP,
        [MEANING_RANGE] = RESULT | RECORD | GROUP,
        [MEANING_SOURCE] = RESULT | RECORD,
        [MEANING_METHODS] = RESULT | RECORD,
        [MEANING_FORMAT] = PLAIN,
    };
    return !(not_for[hg_meaning_of(attribute)] & place);
}

bool hg_meaning_holds_for_result(const char *attribute)
{
    return meaning_holds(attribute, RESULT);
}

bool hg_meaning_holds_for_record(const char *attribute)
{
    return meaning_holds(attribute, RECORD);
}

bool hg_meaning_holds_for_companion(const char *attribute)
{
    return meaning_holds(attribute, COMPANION);
}

bool hg_meaning_holds_for_copy(const char *attribute)
{
    return meaning_holds(attribute, COPY);
}

bool hg_meaning_holds_for_group(const char *attribute)
{
    return meaning_holds(attribute, GROUP) && strcmp(attribute, "history") != 0;
}

bool hg_meaning_holds_for_plain_group(const char *attribute)
{
    return meaning_holds(attribute, PLAIN) && hg_meaning_holds_for_group(attribute);
}

bool hg_meaning_methods_hold(const char *methods)
{
    const char *const *const others =
        NAMES("maximum", "minimum", "median", "mode", "range", "mid_range", "variance",
              "standard_deviation", "root_mean_square", "sum_of_squares", "mean_of_upper_decile",
              "mean_absolute_value", "maximum_absolute_value", "minimum_absolute_value");
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    for (const char *word = strpbrk(methods, letters); word; word = strpbrk(word, letters)) {
        size_t length = strspn(word, letters);
        for (const char *const *other = others; *other; other++) {
            if (strlen(*other) == length && strncmp(*other, word, length) == 0)
                return false;
        }
        word += length;
    }
    return true;
}

bool hg_meaning_is_dates(const char *unit)
{
    static const char *const forms[] = {" as %", "%Y%m", "yyyymm", "yyyyddd", "hhmm"};
    bool dates = false;
    for (size_t i = 0; unit && i < sizeof forms / sizeof *forms; i++)
        dates = dates || strcasestr(unit, forms[i]);
    return dates && !strcasestr(unit, " since ");
}

bool hg_meaning_may_be_date(double x, int *month)
{
    if (!(x >= 18000101 && x < 22000101))
        return false;
    int day = (int)x % 100;
    *month = (int)x / 100;
    return day >= 1 && day <= 31 && *month % 100 >= 1 && *month % 100 <= 12;
}
