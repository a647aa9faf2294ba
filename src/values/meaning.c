/* SPDX-License-Identifier: BSD-3-Clause */
#include "values/meaning.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/*
 * Names without '*' are whole ones; '*' at an end stands for anything. A name in capitals or with
 * other characters than letters and digits is compared as it is; all others with what of an
 * attribute's name is letters and digits, in small letters: "scalefactor" is ScaleFactor,
 * SCALE_FACTOR and "SCALE FACTOR".
 */
static const struct row {
    const char *name;
    enum meaning meaning;
} table[] = {
    {"CLASS", MEANING_TIE},
    {"DIMENSION_LIST", MEANING_TIE},
    {"REFERENCE_LIST", MEANING_TIE},
    {"_Netcdf4Dimid", MEANING_TIE},
    {"_Netcdf4Coordinates", MEANING_TIE},
    {"NAME", MEANING_NAME},
    {"_NCProperties", MEANING_LIBRARY},
    {"_nc3_strict", MEANING_LIBRARY},
    {"unitDimension", MEANING_RECORD},
    {"unitSI", MEANING_RECORD},
    {"position", MEANING_RECORD},

    /* packing, missing values */
    {"*scalefactor", MEANING_SCALE},          /* netCDF, HDF-EOS, AMSR2, MOSDAC */
    {"*scalingfactor", MEANING_SCALE},        /* NeXus, EUMETSAT */
    {"rescaleslope", MEANING_SCALE},          /* DICOM */
    {"dynrangemin", MEANING_SCALE},           /* radars of GAMIC: numbers go from this ... */
    {"dynrangemax", MEANING_SCALE},           /* ... to this */
    {"calibrationformulas", MEANING_FORMULA}, /* radars of KNMI, in words */
    {"gain", MEANING_GAIN},                   /* ODIM */
    {"slope", MEANING_GAIN},                  /* JAXA, CMA */
    {"scale", MEANING_GAIN},
    {"scaling", MEANING_GAIN},
    {"conversion", MEANING_GAIN}, /* NWB */
    {"conversionfactor", MEANING_GAIN},
    {"multiplier", MEANING_GAIN},
    {"*addoffset", MEANING_OFFSET},
    {"offset", MEANING_OFFSET},
    {"intercept", MEANING_OFFSET},
    {"rescaleintercept", MEANING_OFFSET},
    {"fillvalue", MEANING_MISSING},
    {"fillval", MEANING_MISSING}, /* ISTP */
    {"missingvalue", MEANING_MISSING},
    {"missingvalues", MEANING_MISSING},
    {"missingdata", MEANING_MISSING},
    {"codemissingvalue", MEANING_MISSING}, /* GPM */
    {"nodata", MEANING_MISSING},           /* ODIM, GDAL */
    {"nodatavalue", MEANING_MISSING},
    {"nodataval", MEANING_MISSING},
    {"undetect", MEANING_MISSING}, /* ODIM */
    {"nullvalue", MEANING_MISSING},
    {"badvalue", MEANING_MISSING},
    {"invalidvalue", MEANING_MISSING},
    {"undef", MEANING_MISSING}, /* GrADS */
    {"undefvalue", MEANING_MISSING},
    {"undefinedvalue", MEANING_MISSING},
    {"errordn", MEANING_MISSING},                /* JAXA */
    {"calibrationmissingdata", MEANING_MISSING}, /* KNMI */
    {"calibrationoutofimage", MEANING_MISSING},
    {"validmin*", MEANING_RANGE},
    {"validmax*", MEANING_RANGE},
    {"validrange*", MEANING_RANGE},
    {"unpackedvalidrange", MEANING_RANGE},
    {"minimumvaliddn", MEANING_RANGE},
    {"maximumvaliddn", MEANING_RANGE},

    /* how the source is stored, and how precisely */
    {"unsigned", MEANING_SOURCE},
    {"dtype", MEANING_SOURCE},
    {"datatype", MEANING_SOURCE},
    {"matlab*", MEANING_SOURCE},
    {"H5PATH", MEANING_SOURCE},
    {"python*", MEANING_SOURCE}, /* hdf5storage */
    {"juliatype", MEANING_SOURCE},
    {"FLAVOR", MEANING_SOURCE}, /* PyTables */
    {"EXTDIM", MEANING_SOURCE},
    {"_Storage", MEANING_SOURCE}, /* ncdump -s */
    {"_ChunkSizes", MEANING_SOURCE},
    {"_DeflateLevel", MEANING_SOURCE},
    {"_Shuffle", MEANING_SOURCE},
    {"_Fletcher32", MEANING_SOURCE},
    {"_Szip", MEANING_SOURCE},
    {"_Filter", MEANING_SOURCE},
    {"_Codecs", MEANING_SOURCE},
    {"_Endianness", MEANING_SOURCE},
    {"_NoFill", MEANING_SOURCE},
    {"leastsignificantdigit", MEANING_SOURCE},
    {"numberofsignificant*", MEANING_SOURCE},
    {"significantdigits", MEANING_SOURCE},
    {"significantbits", MEANING_SOURCE},
    {"quantiz*", MEANING_SOURCE}, /* netCDF's _Quantize..., CF's quantization */
    {"precision", MEANING_SOURCE},
    {"accuracy", MEANING_SOURCE},
    {"uncertainty", MEANING_SOURCE},
    {"checksum", MEANING_IDENTITY},
    {"md5*", MEANING_IDENTITY},
    {"sha1*", MEANING_IDENTITY},
    {"sha256*", MEANING_IDENTITY},

    /* which values there are */
    {"min", MEANING_SOURCE},
    {"max", MEANING_SOURCE},
    {"minimum", MEANING_SOURCE},
    {"maximum", MEANING_SOURCE},
    {"minvalue", MEANING_SOURCE},
    {"maxvalue", MEANING_SOURCE},
    {"datamin", MEANING_SOURCE},
    {"datamax", MEANING_SOURCE},
    {"vmin", MEANING_SOURCE},
    {"vmax", MEANING_SOURCE},
    {"range", MEANING_SOURCE},
    {"datarange", MEANING_SOURCE},
    {"drange", MEANING_SOURCE},
    {"actual*", MEANING_SOURCE},
    {"mean", MEANING_SOURCE},
    {"average", MEANING_SOURCE},
    {"median", MEANING_SOURCE},
    {"mode", MEANING_SOURCE},
    {"sum", MEANING_SOURCE},
    {"rms", MEANING_SOURCE},
    {"std", MEANING_SOURCE},
    {"stddev", MEANING_SOURCE},
    {"standarddeviation", MEANING_SOURCE},
    {"variance", MEANING_SOURCE},
    {"percentile*", MEANING_SOURCE},
    {"histogram*", MEANING_SOURCE},
    {"statistic*", MEANING_SOURCE}, /* GDAL */

    /* how it is shown */
    {"IMAGE_*", MEANING_SOURCE},
    {"INTERLACE_MODE", MEANING_SOURCE},
    {"PALETTE", MEANING_SOURCE},
    {"PAL_*", MEANING_SOURCE},
    {"DISPLAY_*", MEANING_SOURCE},
    {"displaymin", MEANING_SOURCE},
    {"displaymax", MEANING_SOURCE},
    {"displayrange", MEANING_SOURCE},
    {"contrastlimits", MEANING_SOURCE},
    {"colorbar*", MEANING_SOURCE}, /* ERDDAP */
    {"colormap", MEANING_SOURCE},
    {"clim", MEANING_SOURCE},
    {"scalemin", MEANING_SOURCE}, /* ISTP */
    {"scalemax", MEANING_SOURCE},

    /* what it is called */
    {"standardname", MEANING_SOURCE},
    {"longname", MEANING_SOURCE},
    {"shortname", MEANING_SOURCE},
    {"originalname", MEANING_SOURCE},
    {"description", MEANING_SOURCE},
    {"title", MEANING_SOURCE},
    {"vardesc", MEANING_SOURCE},
    {"quantity", MEANING_SOURCE},
    {"unit", MEANING_SOURCE},
    {"units", MEANING_SOURCE},
    {"unitsmetadata", MEANING_SOURCE},
    {"originalunits", MEANING_SOURCE},
    {"unitslong", MEANING_SOURCE},
    {"unitlong", MEANING_SOURCE},
    {"unitsname", MEANING_SOURCE},
    {"unitname", MEANING_SOURCE},
    {"siconversion", MEANING_SOURCE}, /* ISTP, as the next three */
    {"catdesc", MEANING_SOURCE},
    {"fieldnam", MEANING_SOURCE},
    {"lablaxis", MEANING_SOURCE},
    {"sdnparameter*", MEANING_SOURCE}, /* SeaDataNet: words of its vocabularies */
    {"sdnuom*", MEANING_SOURCE},
    {"nodcname", MEANING_SOURCE},
    {"nceiname", MEANING_SOURCE},
    {"abbreviation", MEANING_SOURCE},
    {"calendar", MEANING_SOURCE},
    {"gradient_*", MEANING_SOURCE},
    {"param", MEANING_SOURCE}, /* CDO, as the next two */
    {"code", MEANING_SOURCE},
    {"table", MEANING_SOURCE},
    {"gribid", MEANING_SOURCE},
    {"gribparamid", MEANING_SOURCE},
    {"gribname", MEANING_SOURCE},
    {"gribshortname", MEANING_SOURCE},
    {"gribunits", MEANING_SOURCE},
    {"gribcf*", MEANING_SOURCE},
    {"gribvariableid", MEANING_SOURCE}, /* netCDF-Java, as the next two */
    {"grib1parameter*", MEANING_SOURCE},
    {"grib2parameter*", MEANING_SOURCE},
    {"gribmissingvalue", MEANING_SOURCE},
    {"objectid", MEANING_IDENTITY}, /* NWB */
    {"trackingid", MEANING_IDENTITY},
    {"uuid", MEANING_IDENTITY},
    {"target", MEANING_SOURCE}, /* NeXus: its own path */

    /* what it is beside others: categories, a coordinate, what another variable says of it */
    {"flag_values", MEANING_SOURCE},
    {"flag_masks", MEANING_SOURCE},
    {"flag_meanings", MEANING_SOURCE},
    {"CLIST", MEANING_SOURCE},
    {"axis", MEANING_SOURCE},
    {"bounds", MEANING_SOURCE},
    {"climatology", MEANING_SOURCE},
    {"formula_terms", MEANING_SOURCE},
    {"compress", MEANING_SOURCE},
    {"cf_role", MEANING_SOURCE},
    {"_CoordinateAxisType", MEANING_SOURCE},
    {"_CoordinateZisPositive", MEANING_SOURCE},
    {"ancillary_variables", MEANING_SOURCE},
    {"cell_measures", MEANING_SOURCE},
    {"uncertainties", MEANING_SOURCE}, /* NeXus */
    {"errors", MEANING_SOURCE},
    {"cell_methods", MEANING_METHODS},
};

#define LONGEST 64 /* than any whole name */

/* The letters and digits of a name in small letters; those of a long one end early. */
static void simplify(const char *name, char out[LONGEST])
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

static bool matches(const char *pattern, const char *name)
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
    simplify(attribute, simple);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char first = *table[i].name; /* most rows differ in it */
        if (first != '*' && first != *simple && first != *attribute)
            continue;
        if (matches(table[i].name, is_simple(table[i].name) ? simple : attribute))
            return table[i].meaning;
    }
    return MEANING_OTHER;
}

bool hg_meaning_is_of_values(enum meaning meaning)
{
    return meaning >= MEANING_SCALE && meaning <= MEANING_RANGE;
}

/* What an attribute is not carried to. */
enum {
    RESULT = 1,
    RECORD = 2,
    COMPANION = 4,
    COPY = 8,
    GROUP = 16,
};

static bool holds(const char *attribute, unsigned place)
{
    static const unsigned not_for[] = {
        [MEANING_OTHER] = 0,
        [MEANING_TIE] = RESULT | RECORD | COMPANION | COPY,
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
    };
    return !(not_for[hg_meaning_of(attribute)] & place);
}

bool hg_meaning_holds_for_result(const char *attribute)
{
    return holds(attribute, RESULT);
}

bool hg_meaning_holds_for_record(const char *attribute)
{
    return holds(attribute, RECORD);
}

bool hg_meaning_holds_for_companion(const char *attribute)
{
    return holds(attribute, COMPANION);
}

bool hg_meaning_holds_for_copy(const char *attribute)
{
    return holds(attribute, COPY);
}

bool hg_meaning_holds_for_group(const char *attribute)
{
    return holds(attribute, GROUP) && strcmp(attribute, "history") != 0;
}

bool hg_meaning_methods_hold(const char *methods)
{
    static const char *const others[] = {
        "maximum",
        "minimum",
        "median",
        "mode",
        "range",
        "mid_range",
        "variance",
        "standard_deviation",
        "root_mean_square",
        "sum_of_squares",
        "mean_of_upper_decile",
        "mean_absolute_value",
        "maximum_absolute_value",
        "minimum_absolute_value",
    };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    for (const char *word = strpbrk(methods, letters); word; word = strpbrk(word, letters)) {
        size_t length = strspn(word, letters);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            if (strlen(others[i]) == length && strncmp(others[i], word, length) == 0)
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
