#ifndef C_ALLOCATIONS_H
#define C_ALLOCATIONS_H

/// How many blocks the calling thread has asked for since it began: malloc(3), calloc(3), realloc(3) and their aligned
/// kin. Always 0 under a sanitizer, which replaces them itself, and where it is not known how to.
long allocations_of_this_thread(void);

/// Whether they are counted here.
int are_allocations_counted(void);

#endif
