"""What people do with a trial, in the order they do it: open its study, run it, walk a figure back."""
