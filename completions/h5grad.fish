# SPDX-License-Identifier: BSD-3-Clause
# Completion of h5grad for fish.

# The paths of the fields of INPUT: the first word of the line that is a file.
function __h5grad_fields
    set -l words (commandline --tokenize --cut-at-cursor) (commandline --tokenize)
    for word in $words[2..-1]
        if not string match -q -- '-*' $word; and test -f $word -a -r $word
            h5grad --list --json -- $word 2>/dev/null |
                sed -n '/^  "skipped"/q; /\\\\u/d; s/^      "path": "\\(.*\\)",$/\\1/p' |
                sed 's/\\\\\\(["\\\\]\\)/\\1/g'
            return
        end
    end
end

# options: begin, by scripts/make-completions
complete -c h5grad -s d -l dataset -x -a '(__h5grad_fields)' -d 'This dataset only'
complete -c h5grad -l dim -x -d 'Axes, such as 0,2 or -1, or names where INPUT names its axes'
complete -c h5grad -l vector -x -d 'A vector'
complete -c h5grad -s s -l spacing -x -a 'auto' -d 'Distance between points'
complete -c h5grad -l coord -x -d 'The coordinates of one axis, whatever --spacing says'
complete -c h5grad -l edges -x -a 'midpoint' -d 'Take coordinates of which an axis has one too many for edges of cells'
complete -c h5grad -l no-unpack -d 'Take stored numbers as they are'
complete -c h5grad -s e -l edge-order -x -a '1 2' -d 'Order of the differences at the two ends'
complete -c h5grad -l accuracy -x -a '2 4 6 8' -d 'Order of the differences'
complete -c h5grad -l boundary -x -a 'one-sided periodic periodic-repeated nan auto extend mirror reflect' -d 'What lies beyond the ends of an axis'
complete -c h5grad -l period -x -d 'The period of a periodic axis, in its unit'
complete -c h5grad -l missing -x -a 'nan strict edge' -d 'What missing values do'
complete -c h5grad -l sphere -d 'Derivatives along latitude and longitude are per metre, on a sphere of radius R'
complete -c h5grad -l time-unit -x -a 's min h d ms us ns' -d 'Derivatives along times that INPUT counts from a date are per s, min, h, d, ms, us or ns'
complete -c h5grad -s t -l dtype -x -a 'float16 float32 float64' -d 'Type of the results'
complete -c h5grad -l compute -x -a 'gradient second laplacian magnitude divergence curl q' -d 'What is computed'
complete -c h5grad -l subset -x -d 'Write only these results along an axis'
complete -c h5grad -l name -x -d 'Name of a result, beside its source'
complete -c h5grad -l layout -x -a 'same contiguous' -d 'Storage of the results'
complete -c h5grad -l filter -x -a 'auto same none gzip gzip=4 shuffle shuffle+gzip=4 fletcher32' -d 'Filters of the results'
complete -c h5grad -l no-history -d 'Write no history'
complete -c h5grad -l xdmf -d 'Write OUTPUT.xmf, too, for ParaView and VisIt'
complete -c h5grad -l split -d 'Each result in a file of its own beside OUTPUT, which links to them'
complete -c h5grad -s O -l overwrite -d 'Replace an existing OUTPUT'
complete -c h5grad -l update -d 'Leave an OUTPUT that is up to date as it is, and replace others that h5grad has made'
complete -c h5grad -l sync -d 'OUTPUT is on stable storage before success is reported'
complete -c h5grad -l checkpoint -d 'Keep what is done when the run is stopped or dies'
complete -c h5grad -l resume -d 'Continue a run that was stopped'
complete -c h5grad -l strict -d 'Fail rather than leave something out or assume a spacing or ends'
complete -c h5grad -l follow-external -d 'Follow links and storage out of the folder of INPUT'
complete -c h5grad -l swmr -d 'Read INPUT beside a writer that has it open in SWMR mode'
complete -c h5grad -l allow-plugins -d 'Let HDF5 load filter plugins'
complete -c h5grad -l allow-missing-sources -d 'Take HDF5\'s fill value for what sources of a virtual dataset, or external files, do not have'
complete -c h5grad -s j -l threads -x -d 'Number of threads'
complete -c h5grad -s m -l memory -x -d 'Limit on memory, such as 512M or 2G'
complete -c h5grad -l mpi -d 'Share the run between the processes of an MPI job, which srun or mpirun has started'
complete -c h5grad -s n -l dry-run -d 'Print what would be done, touch nothing'
complete -c h5grad -s l -l list -d 'Print the fields of INPUT and what is known of their axes'
complete -c h5grad -l json -d 'Print the list, the plan, or how the run went as JSON'
complete -c h5grad -l progress -x -a 'auto always never' -d 'When to show progress'
complete -c h5grad -s q -l quiet -d 'Print only errors'
complete -c h5grad -s v -l verbose -d 'Print also what is left out and why, and how each dataset is read and written'
complete -c h5grad -s h -l help -d 'Print this text'
complete -c h5grad -s V -l version -d 'Print the versions of h5grad and its libraries'
# options: end
