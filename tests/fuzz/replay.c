/* Runs a target once over every file of the folders and over every file that the command line
 * names, without a fuzzer: what the corpus holds must go well with every compiler. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int runs;

static void run_file(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat status = {0};
    uint8_t *data = NULL;
    size_t n = 0;

    fuzz_hold(file != NULL && fstat(fileno(file), &status) == 0, path);
    n = (size_t)status.st_size;
    data = malloc(n + (n == 0));
    fuzz_hold(data != NULL && fread(data, 1, n, file) == n, path);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout); /* the last line names the file that ends the program */
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    runs++;
}

static void run_path(const char *path)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, alphasort);

    if (count < 0)
        run_file(path);
    for (int i = 0; i < count; i++) {
        char inside[4096];

        if (entries[i]->d_name[0] != '.') {
            snprintf(inside, sizeof(inside), "%s/%s", path, entries[i]->d_name);
            run_file(inside);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_path(argv[i]);
    printf("%d inputs\n", runs);
    return runs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
