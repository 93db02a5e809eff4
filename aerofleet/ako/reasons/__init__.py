"""Why a change has the effect it has, subject by subject. Each function yields the reasons it finds."""
