/* macOS's readline is libedit. */
#include <editline/readline.h>
