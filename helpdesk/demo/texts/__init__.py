"""The words of the demo studio, as TOML: what players write, what operators answer, in four languages. Read by `helpdesk.demo.phrases`."""
